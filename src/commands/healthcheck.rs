//! `healthcheck`: asks the local service's readiness, for images without a shell.

use crate::config::HealthcheckArguments;
use anyhow::{Context, ensure};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(3);

/// Success if the service is ready.
pub(super) fn run(arguments: &HealthcheckArguments) -> anyhow::Result<ExitCode> {
    let asked = match arguments.tls_cert {
        None => arguments.listen,
        Some(_) => arguments.management_listen,
    };
    let address = here(asked);
    let answer = ask(address).with_context(|| format!("http://{address}/health/ready"))?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    ensure!(
        status == "200",
        "http://{address}/health/ready answered {status}"
    );
    Ok(ExitCode::SUCCESS)
}

/// A service that listens on every address is asked on loopback.
fn here(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// The first line of the answer; too little to need an HTTP client.
fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut head = [0; 64];
    let read = stream.read(&mut head)?;
    Ok(String::from_utf8_lossy(&head[..read]).into_owned())
}
