//! A listener at a place that nobody may call.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;

/// Remembers who connects.
pub(crate) struct Trap {
    pub(crate) address: SocketAddr,
    came: JoinHandle<Vec<SocketAddr>>,
    /// Who comes last, and on purpose.
    last: Arc<Mutex<Option<SocketAddr>>>,
}

impl Trap {
    pub(crate) async fn set() -> Trap {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let last = Arc::new(Mutex::new(None));
        let known = last.clone();
        let came = tokio::spawn(async move {
            let mut came = Vec::new();
            loop {
                let (_, peer) = listener.accept().await.expect("a connection");
                if *known.lock().expect("not poisoned") == Some(peer) {
                    return came;
                }
                came.push(peer);
            }
        });
        Trap {
            address,
            came,
            last,
        }
    }

    /// Connections are accepted in order: whoever came before us has been seen when we are.
    pub(crate) async fn saw_nobody(self) {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket
            .bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .expect("a port");
        let ours = socket.local_addr().expect("an address");
        *self.last.lock().expect("not poisoned") = Some(ours);
        let _open = socket.connect(self.address).await.expect("a connection");
        assert_eq!(self.came.await.expect("not cancelled"), []);
    }
}
