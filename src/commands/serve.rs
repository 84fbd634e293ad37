//! `serve`: the service.

mod trust;

use super::runtime;
use crate::audit::Audit;
use crate::auth::Authorities;
use crate::config::{
    AuditSettings, Auth, LogSettings, QuietSettings, QuietStore, ServeSettings, guide_base,
    guide_links, load, load_guides, overrides,
};
use crate::fhir::{Allowed, Client, Limits};
use crate::hooks::{self, Chart, Clock, QuietPeriods, Rate, Refusals, Servers, Shared};
use crate::preview::{Gallery, Preview};
use crate::server::{self, Layers, Listeners, Signals, Tls};
use crate::store::{Kept, Redis};
use crate::telemetry::{self, Stopwatch};
use anyhow::bail;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tracing::{info, warn};

/// Load balancers look about once a second whether a service is ready.
const NOTICE: Duration = Duration::from_secs(3);
/// Limits are by the second.
const SECOND: Duration = Duration::from_secs(1);

/// Serves until told to stop.
pub(super) fn run(settings: &ServeSettings, log: &LogSettings) -> anyhow::Result<ExitCode> {
    if let Some(refusal) = settings.refusal() {
        bail!(refusal);
    }
    telemetry::log(log).map_err(anyhow::Error::msg)?;
    telemetry::quiet_panics();
    let authorities = trust::authorities(settings)?;
    let mut shared = shared(settings, &authorities)?;
    let metrics = telemetry::install()?;
    let layers = Layers {
        cors_origins: settings.cors_origin.clone(),
        limits: server::Limits::of(settings.calls.max_body_bytes, &settings.limits),
        guides: load_guides(&settings.content)?,
        preview: settings.preview.then(|| preview(settings)).transpose()?,
    };
    let trust = trust::read(settings)?;
    if let Chart::Servers(servers) = &mut shared.chart {
        servers.by_client = trust.fhir_servers(&settings.calls.fhir_server)?;
        servers.own_tokens = trust.own_tokens(&authorities)?;
    }
    let tls = settings.tls.files.clone().map(Tls::read).transpose()?;
    runtime()?.block_on(async {
        let mut listeners = Listeners::bind(settings.listen, settings.management_listen).await?;
        listeners.tls = tls;
        shared.gate = trust.gate(settings, &authorities, listeners.service.local_addr()?)?;
        shared.guarded_discovery = settings.trust.auth_discovery;
        shared.quiet = quiet(&settings.quiet, &authorities)?;
        if let Some(gate) = shared.gate.clone() {
            tokio::spawn(async move { gate.keep(|| Clock::System.now()).await });
        }
        server::run(
            Arc::new(shared),
            listeners,
            &layers,
            metrics,
            Signals { notice: NOTICE },
        )
        .await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The page asks FHIR servers only where the service itself asks nobody who they are.
fn preview(settings: &ServeSettings) -> anyhow::Result<Arc<Preview>> {
    Ok(Arc::new(Preview {
        gallery: Gallery::built_in(None),
        words: overrides(settings.content.cards.as_deref())?,
        reads_servers: settings.trust.auth == Auth::Off,
    }))
}

fn shared(settings: &ServeSettings, authorities: &Authorities) -> anyhow::Result<Shared> {
    let loading = Stopwatch::start();
    let mut content = load(&settings.content)?;
    match settings.public_url.as_ref().map(guide_base) {
        Some(Some(base)) => content
            .cards
            .link_guides(base, guide_links(&*load_guides(&settings.content)?)),
        Some(None) => warn!("--public-url is not https: cards do not link to the guides"),
        None => {}
    }
    info!(
        duration_ms = loading.elapsed().as_millis(),
        "content loaded"
    );
    let chart = Chart::Servers(Servers {
        client: Client::trusting(Limits::default(), authorities.certificates())?,
        allowed: Allowed::parse(&settings.calls.fhir_server)?,
        by_client: BTreeMap::new(),
        own_tokens: None,
        open: settings.development,
    });
    let services = hooks::enabled(&settings.services.disable_service);
    let mut shared = Shared::new(content, chart, services, settings.services.discovery);
    shared.options = settings.calls.options();
    shared.deadline = settings.calls.deadline();
    shared.clock = Clock::fixed_at(settings.as_of);
    shared.audit = audit(&settings.audit)?;
    shared.body_time = Duration::from_millis(settings.limits.body_timeout_ms);
    shared.rate = settings
        .limits
        .rate(settings.trust.auth)
        .and_then(|calls| Rate::of(calls, SECOND));
    shared.refusals = settings
        .limits
        .refused(settings.tls.plain_http)
        .map(|tokens| Refusals::of(tokens, SECOND));
    Ok(shared)
}

/// Call it in a runtime.
fn quiet(
    settings: &QuietSettings,
    authorities: &Authorities,
) -> anyhow::Result<Option<QuietPeriods>> {
    let Some(key_file) = &settings.quiet_key_file else {
        return Ok(None);
    };
    let store = match &settings.quiet_periods {
        QuietStore::Off => return Ok(None),
        QuietStore::Memory => Kept::in_memory(),
        QuietStore::Redis(url) => Kept::Redis(Redis::at(url, authorities.pem())?),
    };
    let periods = QuietPeriods::open(store, key_file)?;
    info!("quiet periods: answers to cards are kept as keyed hashes and sealed values");
    Ok(Some(periods))
}

fn audit(settings: &AuditSettings) -> anyhow::Result<Option<Audit>> {
    let Some(log) = &settings.audit_log else {
        return Ok(None);
    };
    if settings.audit_key_file.is_none() {
        info!("audit lines name no patient: there is no --audit-key-file");
    }
    Ok(Some(Audit::open(log, settings.audit_key_file.as_deref())?))
}
