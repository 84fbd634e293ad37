//! Which FHIR servers may be called: the allow-list of bases, and what lies under one.
//!
//! Knows URLs: scheme, host, port, and path prefixes that end at a segment border.
//! Refuses to open anything. A [`Base`] can only be had from a list, so that holding one is the permission to call it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::Url;

/// A base that cannot stand on the list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("FHIR base {entry:?} cannot be used: {why}")]
pub struct BadBase {
    /// The entry as written.
    pub entry: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// The FHIR bases that calls may name. Being listed is also the permission for `http` and for private addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    bases: Vec<Base>,
}

impl Allowed {
    /// Reads the list; the error names the entry that is wrong.
    pub fn parse<S: AsRef<str>>(entries: &[S]) -> Result<Self, BadBase> {
        let bases = entries.iter().map(|entry| Base::parse(entry.as_ref()));
        bases.collect::<Result<_, _>>().map(|bases| Self { bases })
    }

    /// Whether no server may be called at all.
    pub fn is_empty(&self) -> bool {
        self.bases.is_empty()
    }

    /// The base that a call names, if it is one of the list or lies under one.
    pub fn base(&self, fhir_server: &str) -> Option<Base> {
        let named = Base::parse(fhir_server).ok()?;
        let listed = self.bases.iter().any(|base| base.covers(&named.root));
        listed.then_some(named)
    }
}

/// A FHIR base that may be called.
#[derive(Clone, PartialEq, Eq)]
pub struct Base {
    /// Its path ends with a slash, so that relative queries can be joined to it.
    root: Url,
}

impl Base {
    fn parse(entry: &str) -> Result<Self, BadBase> {
        let bad = |why| BadBase {
            entry: entry.to_owned(),
            why,
        };
        let mut root = Url::parse(entry).map_err(|_| bad("it is not an absolute URL"))?;
        if !matches!(root.scheme(), "http" | "https") || !root.has_host() {
            return Err(bad("it has to begin with https:// or http://"));
        }
        if !root.username().is_empty() || root.password().is_some() {
            return Err(bad("it must not hold a user name or password"));
        }
        if root.query().is_some() || root.fragment().is_some() {
            return Err(bad("it must not hold a query or fragment"));
        }
        if hides_a_separator(root.path()) {
            return Err(bad("its path must not hold an encoded slash"));
        }
        let path = format!("{}/", root.path().trim_end_matches('/'));
        root.set_path(&path);
        Ok(Self { root })
    }

    /// Whether a URL is this base or lies under it, on the same scheme, host and port.
    fn covers(&self, url: &Url) -> bool {
        let path = self.root.path();
        url.scheme() == self.root.scheme()
            && url.host() == self.root.host()
            && url.port_or_known_default() == self.root.port_or_known_default()
            && (url.path().starts_with(path) || url.path() == path.trim_end_matches('/'))
    }

    /// A URL found in data, absolute or relative to the base, if it lies under the base.
    pub(super) fn under(&self, link: &str) -> Option<Url> {
        let mut url = self.root.join(link).ok()?;
        url.set_fragment(None);
        let plain = url.username().is_empty() && url.password().is_none();
        (plain && !hides_a_separator(url.path()) && self.covers(&url)).then_some(url)
    }

    /// A query of our own, whose ids are encoded.
    pub(super) fn query(&self, relative: &str) -> Option<Url> {
        let url = self.root.join(relative).ok()?;
        self.covers(&url).then_some(url)
    }
}

/// Without the trailing slash, as clients write it.
impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.root.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base({self})")
    }
}

/// `%2f` and `%5c` are separators to some servers, and would lead out of the prefix.
fn hides_a_separator(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.contains("%2f") || path.contains("%5c")
}

/// Whether a listed name may lead to this address.
///
/// A hospital's listed name may well resolve to a private address. No listed name leads to link-local, unspecified or
/// multicast addresses or to those at which clouds keep credentials, and only `localhost` leads to this machine: anything
/// else is a name that somebody has bent.
pub(super) fn may_resolve(name: &str, address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => may_resolve_v4(name, v4),
        IpAddr::V6(v6) => match embedded(v6) {
            Some(v4) => may_resolve_v4(name, v4),
            None => {
                !(v6.is_unspecified()
                    || v6.is_multicast()
                    || v6.is_unicast_link_local()
                    || v6 == CLOUD_METADATA_V6
                    || v6.is_loopback() && !is_localhost(name))
            }
        },
    }
}

/// The address at which one cloud answers metadata queries over IPv6; it is not link-local.
const CLOUD_METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Addresses at which clouds answer their machines that are not link-local, either: Alibaba, Azure, Oracle.
const CLOUD_METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
];

fn may_resolve_v4(name: &str, address: Ipv4Addr) -> bool {
    !(address.octets()[0] == 0
        || address.is_broadcast()
        || address.is_multicast()
        || address.is_link_local()
        || CLOUD_METADATA_V4.contains(&address)
        || address.is_loopback() && !is_localhost(name))
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, 6to4, or behind a NAT64 gateway.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        | [0x2002, high, low, _, _, _, _, _] => Some(of(high, low)),
        _ => None,
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "in a test, a panic is the failure")]
mod tests {
    use super::*;

    fn allowed() -> Allowed {
        Allowed::parse(&[
            "https://ehr.example.org/fhir/r4/",
            "http://127.0.0.1:8081/fhir",
            "https://open.example.org",
        ])
        .unwrap()
    }

    #[test]
    fn a_listed_base_is_found_however_it_is_written() {
        for same in [
            "https://ehr.example.org/fhir/r4",
            "https://ehr.example.org/fhir/r4/",
            "https://EHR.example.org:443/fhir/r4",
            "https://ehr.example.org/fhir/./r4",
        ] {
            let base = allowed().base(same).unwrap();
            assert_eq!(base.to_string(), "https://ehr.example.org/fhir/r4");
        }
        assert!(
            allowed()
                .base("https://ehr.example.org/fhir/r4/tenant-7")
                .is_some()
        );
        assert!(allowed().base("http://127.0.0.1:8081/fhir").is_some());
        assert!(
            allowed()
                .base("https://open.example.org/anything")
                .is_some()
        );
    }

    #[test]
    fn what_is_not_listed_is_not_found() {
        for other in [
            "http://ehr.example.org/fhir/r4",
            "https://ehr.example.org/fhir/r4x",
            "https://ehr.example.org/fhir",
            "https://ehr.example.org/fhir/r4/../dstu2",
            "https://ehr.example.org/fhir/r4/%2e%2e/dstu2",
            "https://ehr.example.org/fhir/r4/..%2fdstu2",
            "https://ehr.example.org/fhir/r4/..%5Cdstu2",
            "https://ehr.example.org:8443/fhir/r4",
            "https://ehr.example.org.evil.test/fhir/r4",
            "https://ehr.example.org@evil.test/fhir/r4",
            "https://user@ehr.example.org/fhir/r4",
            "https://ehr.example.org/fhir/r4?x=1",
            "https://ehr.example.org/fhir/r4#x",
            "https://ehr.example.org\\@evil.test/fhir/r4",
            "http://127.0.0.1:8082/fhir",
            "http://127.0.0.2:8081/fhir",
            "http://169.254.169.254/",
            "file:///etc/passwd",
            "ehr.example.org",
            "",
        ] {
            assert_eq!(allowed().base(other), None, "{other}");
        }
    }

    /// what is not written in the list as it stands is not there, in whatever form.
    #[test]
    fn one_address_written_in_another_way_is_the_same_address_or_is_not_listed() {
        for same in [
            "http://2130706433:8081/fhir",
            "http://0x7f000001:8081/fhir",
            "http://0177.0.0.1:8081/fhir",
            "http://127.1:8081/fhir",
        ] {
            let base = allowed().base(same).unwrap();
            assert_eq!(base.to_string(), "http://127.0.0.1:8081/fhir");
        }
        for other in [
            "http://[::ffff:127.0.0.1]:8081/fhir",
            "http://[::127.0.0.1]:8081/fhir",
            "http://[64:ff9b::7f00:1]:8081/fhir",
            "http://[::1]:8081/fhir",
            "http://localhost:8081/fhir",
            "http://0.0.0.0:8081/fhir",
            "http://2130706434:8081/fhir",
            "http://100.64.0.1:8081/fhir",
            "http://2852039166/fhir",
            "http://[::ffff:169.254.169.254]/",
        ] {
            assert_eq!(allowed().base(other), None, "{other}");
        }
    }

    #[test]
    fn a_bad_entry_is_named() {
        for entry in [
            "ehr.example.org/fhir",
            "ftp://ehr.example.org",
            "https://user:secret@ehr.example.org",
            "https://ehr.example.org/fhir?tenant=1",
            "https://ehr.example.org/fhir#r4",
            "https://",
        ] {
            let error = Allowed::parse(&["https://ehr.example.org", entry]).unwrap_err();
            assert_eq!(error.entry, entry);
            assert!(error.to_string().contains(entry), "{error}");
        }
        assert!(Allowed::parse::<&str>(&[]).unwrap().is_empty());
    }

    #[test]
    fn links_are_followed_under_the_base_only() {
        let base = allowed().base("https://ehr.example.org/fhir/r4").unwrap();
        for (link, url) in [
            (
                "https://ehr.example.org/fhir/r4?_getpages=1",
                "https://ehr.example.org/fhir/r4?_getpages=1",
            ),
            (
                "https://ehr.example.org/fhir/r4/Condition?p=2",
                "https://ehr.example.org/fhir/r4/Condition?p=2",
            ),
            (
                "Condition?p=2#x",
                "https://ehr.example.org/fhir/r4/Condition?p=2",
            ),
            ("?p=2", "https://ehr.example.org/fhir/r4/?p=2"),
        ] {
            assert_eq!(base.under(link).map(String::from).as_deref(), Some(url));
        }
        for hostile in [
            "https://evil.test/fhir/r4/Condition",
            "//evil.test/fhir/r4",
            "http://ehr.example.org/fhir/r4/Condition",
            "https://ehr.example.org/fhir/r4x",
            "https://ehr.example.org/admin",
            "../admin",
            "/admin",
            "https://u:p@ehr.example.org/fhir/r4/Condition",
            "https://ehr.example.org/fhir/r4/..%2f..%2fadmin",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            "javascript:1",
        ] {
            assert_eq!(base.under(hostile), None, "{hostile}");
        }
    }

    #[test]
    fn names_lead_to_public_and_private_addresses_and_nowhere_else() {
        let may = |name: &str, address: &str| may_resolve(name, address.parse().unwrap());
        for address in [
            "93.184.216.34",
            "10.1.2.3",
            "192.168.1.1",
            "100.64.0.1",
            "2606:2800::1",
            "fd12::1",
        ] {
            assert!(may("ehr.example.org", address), "{address}");
        }
        for address in [
            "127.0.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "ff02::1",
            "::ffff:169.254.169.254",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::7f00:1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
        ] {
            assert!(!may("ehr.example.org", address), "{address}");
        }
        assert!(may("localhost", "127.0.0.1") && may("fhir.LOCALHOST.", "::1"));
        assert!(!may("localhost", "169.254.169.254") && !may("notlocalhost", "127.0.0.1"));
    }
}
