//! Who may call the service that is about to start.

use crate::auth::{Authorities, Clients, Gate, GateSettings, Latitude, OwnTokens, WhenDown};
use crate::config::{Auth, GuardDown, ReplayGuard, ServeSettings};
use crate::fhir::Allowed;
use crate::store::{Memory, Redis, Seen};
use anyhow::{Context, ensure};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tracing::{info, warn};
use url::Url;

/// The trusted clients; nobody is asked where there is `None`.
pub(super) struct Trust(Option<Clients>);

/// Reads what the settings name.
pub(super) fn read(settings: &ServeSettings) -> anyhow::Result<Trust> {
    if settings.trust.auth == Auth::Off {
        warn!("clients are not authenticated: whoever reaches the service can ask it");
        return Ok(Trust(None));
    }
    let file = settings.trust.trusted_clients.as_deref();
    let file = file.context("--trusted-clients")?;
    let latitude = Latitude {
        development: settings.development,
    };
    let clients = Clients::read(file, latitude)?;
    ensure!(
        !clients.is_empty(),
        "{}: no [[client]] stands here",
        file.display()
    );
    for client in clients.all() {
        info!(client = client.name, iss = client.issuer, "trusted client");
    }
    Ok(Trust(Some(clients)))
}

/// Whom outbound calls trust beside the authorities of the system.
pub(super) fn authorities(settings: &ServeSettings) -> anyhow::Result<Authorities> {
    let file = settings.trust.ca_file.as_deref();
    Ok(file.map(Authorities::read).transpose()?.unwrap_or_default())
}

impl Trust {
    /// Tokens of our own, where a client needs them.
    pub(super) fn own_tokens(
        &self,
        authorities: &Authorities,
    ) -> anyhow::Result<Option<Arc<OwnTokens>>> {
        let mut clients = self.0.iter().flat_map(Clients::all);
        let tokens = clients
            .any(|client| client.own_token.is_some())
            .then(|| OwnTokens::new(authorities))
            .transpose()?;
        Ok(tokens.map(Arc::new))
    }

    /// The allow-lists of clients that have their own. One of them may open what is public and https; plain http and
    /// addresses that are not public stand in `--fhir-server`, too.
    pub(super) fn fhir_servers(&self, global: &[Url]) -> anyhow::Result<BTreeMap<String, Allowed>> {
        let listed = Allowed::parse(global)?;
        let mut by_client = BTreeMap::new();
        for client in self.0.iter().flat_map(Clients::all) {
            let Some(bases) = &client.fhir_servers else {
                continue;
            };
            for base in bases {
                ensure!(
                    is_public(base) || listed.base(base).is_some(),
                    "client {}: fhir_servers: {base} is plain http or no public address, so it has to stand in --fhir-server, too",
                    client.name
                );
            }
            let allowed = Allowed::parse(bases)
                .with_context(|| format!("client {}: fhir_servers", client.name))?;
            by_client.insert(client.issuer.clone(), allowed);
        }
        Ok(by_client)
    }

    /// What lets them in; `here` is the address that the service has bound.
    pub(super) fn gate(
        self,
        settings: &ServeSettings,
        authorities: &Authorities,
        here: SocketAddr,
    ) -> anyhow::Result<Option<Arc<Gate>>> {
        let Some(clients) = self.0 else {
            return Ok(None);
        };
        let public_url = match &settings.public_url {
            Some(url) => url.to_string(),
            None if settings.tls.files.is_some() => format!("https://{here}"),
            None => format!("http://{here}"),
        };
        let seen = match &settings.trust.replay_guard {
            ReplayGuard::Memory => Seen::Memory(Memory::default()),
            ReplayGuard::Redis(url) => Seen::Redis(Redis::at(url, authorities.pem())?),
            ReplayGuard::Off => Seen::Nowhere,
        };
        let gate = Gate::new(GateSettings {
            clients,
            authorities,
            seen,
            when_down: match settings.trust.replay_guard_down {
                GuardDown::Refuse => WhenDown::Refuse,
                GuardDown::Accept => WhenDown::Accept,
            },
            public_url: &public_url,
        })?;
        info!(public_url, "clients show signed tokens");
        Ok(Some(Arc::new(gate)))
    }
}

fn is_public(base: &str) -> bool {
    let Ok(url) = Url::parse(base) else {
        return false;
    };
    let public = match url.host() {
        Some(url::Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => is_public_address(IpAddr::V4(ip)),
        Some(url::Host::Ipv6(ip)) => is_public_address(IpAddr::V6(ip)),
        None => false,
    };
    url.scheme() == "https" && public
}

fn is_public_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => {
            !(ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified())
        }
        IpAddr::V6(ip) => {
            !(ip.is_loopback()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || ip.is_unspecified()
                || ip.to_ipv4_mapped().is_some())
        }
    }
}
