//! Name resolution that leaves out addresses to which no listed name may lead; the address checked is the address dialled.
//!
//! An address that is written in a URL is not resolved: it is dialled only where a base of the allow-list is written so.

use crate::fhir::allowed::may_resolve;
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, SocketAddr};

/// From a name to addresses.
type Lookup = Box<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// Resolves names for the FHIR client.
pub(super) struct Guard {
    lookup: Lookup,
}

#[derive(Debug, thiserror::Error)]
#[error("the name leads to no address that may be called")]
struct NoAddress;

impl Guard {
    /// As this machine resolves names.
    pub(super) fn system() -> Self {
        Self::with(Box::new(|name| {
            Box::pin(async move {
                let found = tokio::net::lookup_host((name, 0)).await?;
                Ok(found.map(|address| address.ip()).collect())
            })
        }))
    }

    pub(super) fn with(lookup: Lookup) -> Self {
        Self { lookup }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let found = (self.lookup)(name.as_str().to_owned());
        Box::pin(async move {
            let usable: Vec<SocketAddr> = found
                .await?
                .into_iter()
                .filter(|address| may_resolve(name.as_str(), *address))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if usable.is_empty() {
                return Err(NoAddress.into());
            }
            Ok(Box::new(usable.into_iter()) as Addrs)
        })
    }
}
