//! The whole service on ports of its own, until it is told to stop.

use opioid_cds::hooks::Shared;
use opioid_cds::server::{Layers, Limits, Listeners, Stop, Tls, run};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Any free port of this machine.
pub(crate) const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Stops when told to.
struct Told(oneshot::Receiver<()>);

impl Stop for Told {
    fn notice(&self) -> Duration {
        Duration::ZERO
    }

    async fn signal(self) {
        let _ = self.0.await;
    }
}

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) management: SocketAddr,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) ended: JoinHandle<anyhow::Result<()>>,
}

impl Running {
    /// Tells it to stop, and sees that it ends well.
    pub(crate) async fn stopped(self) {
        self.stop.send(()).expect("it runs");
        self.ended.await.expect("no panic").expect("no error");
    }
}

pub(crate) async fn running(shared: Shared, limits: Limits, tls: Option<Tls>) -> Running {
    let mut listeners = Listeners::bind(LOOPBACK, LOOPBACK).await.expect("ports");
    listeners.tls = tls;
    let address = listeners.service.local_addr().expect("an address");
    let management = listeners.management.local_addr().expect("an address");
    let (stop, told) = oneshot::channel();
    let layers = Layers {
        limits,
        ..Layers::default()
    };
    let metrics = opioid_cds::telemetry::local().expect("a recorder").handle();
    let ended = tokio::spawn(async move {
        run(Arc::new(shared), listeners, &layers, metrics, Told(told)).await
    });
    Running {
        address,
        management,
        stop,
        ended,
    }
}
