//! Who calls, as far as limits and the audit trail need it.

use crate::auth::Caller;
use axum::extract::ConnectInfo;
use axum::http::Extensions;
use std::net::{IpAddr, SocketAddr};

/// The caller of one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// `iss` of the client's token, once it has been verified.
    pub issuer: Option<String>,
    /// `tenant` of the token.
    pub tenant: Option<String>,
    /// The address that the connection comes from; behind a proxy that is the proxy.
    pub peer: Option<IpAddr>,
}

impl Who {
    /// What the token and the connection say.
    pub(super) fn of(caller: &Caller, extensions: &Extensions) -> Who {
        Who {
            issuer: caller.client().map(|client| client.issuer.clone()),
            tenant: caller.tenant().map(str::to_owned),
            peer: extensions
                .get::<ConnectInfo<SocketAddr>>()
                .map(|ConnectInfo(address)| address.ip().to_canonical()),
        }
    }

    /// One client, one key.
    pub(super) fn key(&self) -> String {
        match (&self.issuer, self.peer) {
            (Some(issuer), _) => format!("iss {issuer}"),
            (None, Some(peer)) => format!("peer {peer}"),
            (None, None) => String::new(),
        }
    }
}
