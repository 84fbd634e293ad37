//! Places that are not to be called: a listener there sees nobody. Contract.

use super::guard::Guard;
use super::*;
use std::net::IpAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// Counts who connects, until somebody does on purpose.
struct Trap {
    address: SocketAddr,
    /// Addresses of those who came first, up to the one that came on purpose.
    came: JoinHandle<Vec<SocketAddr>>,
    end: Arc<Mutex<Option<SocketAddr>>>,
}

impl Trap {
    async fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let end = Arc::new(Mutex::new(None));
        let known = end.clone();
        let came = tokio::spawn(async move {
            let mut came = Vec::new();
            loop {
                let (_, peer) = listener.accept().await.unwrap();
                if *known.lock().unwrap() == Some(peer) {
                    return came;
                }
                came.push(peer);
            }
        });
        Self { address, came, end }
    }

    /// Connections are accepted in order, so whoever came before us has been seen.
    async fn saw_nobody(self) {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        *self.end.lock().unwrap() = Some(socket.local_addr().unwrap());
        let _ours: TcpStream = socket.connect(self.address).await.unwrap();
        assert_eq!(self.came.await.unwrap(), []);
    }
}

async fn ask(client: &Client, base: &Base, medications: &[String]) -> Vec<Fetched> {
    let token = SecretString::from("s3cret-token");
    let call = Call {
        base,
        token: Some(&token),
        patient_id: "p1",
        encounter_id: None,
        deadline: Instant::now() + Duration::from_secs(20),
    };
    let needs = [Need::from(Query::Medications)];
    client
        .gather(&call, &needs, medications, |_| Vec::new())
        .await
}

/// A client for which every name leads to these addresses, one after the other from call to call.
fn bent(addresses: &[&str]) -> Client {
    let addresses: Vec<IpAddr> = addresses.iter().map(|a| a.parse().unwrap()).collect();
    let at = AtomicUsize::new(0);
    let guard = Guard::with(Box::new(move |_| {
        let at = at.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let address = addresses[at.min(addresses.len() - 1)];
        Box::pin(async move { Ok(vec![address]) })
    }));
    Client::resolving(Limits::default(), guard).unwrap()
}

#[tokio::test]
async fn a_listed_name_that_is_bent_to_this_machine_is_not_followed() {
    let trap = Trap::set().await;
    let base = format!("http://ehr.example.org:{}/fhir", trap.address.port());
    let base = Allowed::parse(&[&base]).unwrap().base(&base).unwrap();
    for address in [
        "127.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "0.0.0.0",
    ] {
        let fetched = ask(&bent(&[address]), &base, &[]).await;
        assert_eq!(fetched[0].ended, Some(Why::Unreachable), "{address}");
    }
    trap.saw_nobody().await;
}

/// The address that was checked is the one that is dialled: a name cannot change its mind in between.
#[tokio::test]
async fn a_name_that_changes_its_mind_is_checked_each_time() {
    let good = Server::start(|_| ok(page_of("m1", None))).await;
    let port = Url::parse(&good.base).unwrap().port().unwrap();
    let name = format!("http://fhir.localhost:{port}/fhir");
    let base = Allowed::parse(&[&name]).unwrap().base(&name).unwrap();
    let client = bent(&["127.0.0.1"]);
    assert_eq!(
        ask(&client, &base, &[]).await[0].ended,
        None,
        "it is localhost"
    );

    let trap = Trap::set().await;
    let name = format!("http://ehr.example.org:{}/fhir", trap.address.port());
    let base = Allowed::parse(&[&name]).unwrap().base(&name).unwrap();
    // 192.0.2.0/24 is for documentation: nobody answers there.
    let client = bent(&["192.0.2.1", "127.0.0.1"]);
    let call = |millis| Call {
        base: &base,
        token: None,
        patient_id: "p1",
        encounter_id: None,
        deadline: Instant::now() + Duration::from_millis(millis),
    };
    let needs = [Need::from(Query::Patient)];
    let first = client.gather(&call(100), &needs, &[], |_| Vec::new()).await;
    assert!(first[0].ended.is_some());
    let second = client
        .gather(&call(20_000), &needs, &[], |_| Vec::new())
        .await;
    assert_eq!(second[0].ended, Some(Why::Unreachable));
    trap.saw_nobody().await;
}

#[tokio::test]
async fn links_references_and_redirects_lead_nowhere_else() {
    let trap = Trap::set().await;
    let (port, elsewhere) = (trap.address.port(), format!("http://{}/fhir", trap.address));
    let client = Client::new(Limits::default()).unwrap();
    for next in [
        format!("{elsewhere}/MedicationRequest?page=2"),
        format!("//127.0.0.1:{port}/fhir?page=2"),
        format!("http://2130706433:{port}/fhir?page=2"),
        format!("http://[::ffff:127.0.0.1]:{port}/fhir?page=2"),
        format!("http://localhost:{port}/fhir?page=2"),
    ] {
        let server = Server::start(move |_| ok(page_of("m1", Some(&next)))).await;
        let references = [
            format!("{elsewhere}/Medication/d1"),
            format!("//127.0.0.1:{port}/fhir/Medication/d1"),
        ];
        let fetched = ask(&client, &server.allowed(), &references).await;
        let ended: Vec<_> = fetched.into_iter().map(|f| (f.ended, f.requests)).collect();
        let refused = (Some(Why::NotAllowed), 0);
        assert_eq!(ended, [(Some(Why::MorePages), 1), refused.clone(), refused]);
    }
    for status in [301, 302, 303, 307, 308] {
        let to = format!("{elsewhere}/MedicationRequest");
        let server =
            Server::start(move |_| Says::With(status, "location", to.clone(), String::new())).await;
        let fetched = ask(&client, &server.allowed(), &[]).await;
        assert_eq!(fetched[0].ended, Some(Why::Status(status)));
    }
    trap.saw_nobody().await;
}
