//! Name resolution that leaves out addresses to which no listed name may lead; the address checked is the address dialled.

use crate::fhir::allowed::may_resolve;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;

/// Resolves names for the FHIR client.
pub(super) struct Guard;

#[derive(Debug, thiserror::Error)]
#[error("the name leads to no address that may be called")]
struct NoAddress;

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let usable: Vec<SocketAddr> = found
                .filter(|address| may_resolve(name.as_str(), address.ip()))
                .collect();
            if usable.is_empty() {
                return Err(NoAddress.into());
            }
            Ok(Box::new(usable.into_iter()) as Addrs)
        })
    }
}
