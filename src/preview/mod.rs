//! The preview page: cards as an EHR shows them, and why they are there.
//!
//! Knows how patients, charts, cards and reasons are laid out as HTML; styles and script are files of its own.
//! Refuses to answer calls and to open sockets: the page's script calls the service like any client,
//! and `server` brings what the core made of the same request.
//! Keeps nothing: what is pasted or rewritten lives in the page.

mod booklet;
mod cards;
mod chart;
mod gallery;
mod markdown;
mod resources;
mod screen;
mod why;

pub use booklet::{Chapter, Cover, Entry, booklet};
pub use gallery::{Gallery, Listed, Sample, for_spanish};

use crate::explained::Explained;
use crate::patient::Snapshot;
use crate::wire::Response;
use jiff::Timestamp;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value as Shown, context};
use screen::Screen;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use why::Why;

/// What the page may load: its own files.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Styles of all pages here.
pub const STYLE: &str = include_str!("page.css");
/// The page's script.
pub const SCRIPT: &str = include_str!("page.js");

/// Orders that can be added to any chart.
const ORDERS: &str = include_str!("orders.json");

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, text) in [
        ("page", include_str!("page.html")),
        ("screen", include_str!("screen.html")),
        ("cards", include_str!("cards.html")),
        ("why", include_str!("why.html")),
        ("booklet", include_str!("booklet.html")),
    ] {
        env.add_template(name, text)
            .expect("templates of this folder, which the tests compile");
    }
    env
});

/// What is wrong with a template.
pub type Fault = minijinja::Error;
/// A page.
pub type Page = Result<String, Fault>;

fn render(name: &str, values: Shown) -> Page {
    TEMPLATES.get_template(name)?.render(values)
}

/// What the service knows besides its content.
#[derive(Debug, Default)]
pub struct Preview {
    /// Patients.
    pub gallery: Gallery,
    /// Card files that the site lays over the built-in ones.
    pub words: BTreeMap<String, String>,
    /// The page may have charts read from FHIR servers: only where no client has to show who it is.
    pub reads_servers: bool,
}

/// One call as the page shows it.
#[derive(Debug, Clone, Copy)]
pub struct Shot<'a> {
    /// The request; `null` where it cannot be read.
    pub request: &'a Value,
    /// Taken suggestions that are no orders.
    pub added: &'a [Value],
    /// What the core made of it.
    pub snapshot: Option<&'a Snapshot>,
    /// Why it cannot be read.
    pub problem: Option<&'a str>,
    /// The sample that it comes from.
    pub sample: Option<&'a Sample>,
    /// When.
    pub as_of: Timestamp,
}

/// The middle of the page.
pub fn screen(shot: &Shot<'_>) -> Page {
    let listed = shot
        .sample
        .filter(|sample| sample.id.starts_with("patient/"))
        .map(|sample| (sample.title.as_str(), sample.story.as_str()));
    let screen = Screen::of(&screen::Shown {
        request: shot.request,
        added: shot.added,
        snapshot: shot.snapshot,
        listed,
        problem: shot.problem.map(str::to_owned),
        as_of: shot.as_of,
    });
    let ready: Vec<String> = ready_orders().into_iter().map(|order| order.name).collect();
    let note = shot.sample.and_then(|sample| sample.note.as_deref());
    let site = shot.sample.map(|sample| &sample.site);
    render(
        "screen",
        context! { note, site => Serde(site), ready, ..Shown::from(Serde(&screen)) },
    )
}

#[derive(Deserialize)]
struct ReadyOrder {
    name: String,
}

fn ready_orders() -> Vec<ReadyOrder> {
    serde_json::from_str(ORDERS).unwrap_or_default()
}

/// What the service answered.
#[derive(Debug)]
pub enum Said<'a> {
    /// Cards.
    Cards(&'a Response),
    /// A refusal: its status and text.
    Refused(u16, &'a str),
}

/// The right of the page. `edited`: the words are the page's own; `silence`: what no card means.
pub fn cards(said: &Said<'_>, edited: bool, silence: &str) -> Page {
    match said {
        Said::Cards(response) => {
            let cards = Serde(cards::views(response));
            render("cards", context! { cards, edited, silence })
        }
        Said::Refused(status, error) => {
            render("cards", context! { status => *status, error => *error })
        }
    }
}

/// Below the cards.
pub fn why(explained: Explained, snapshot: &Snapshot) -> Page {
    render("why", Shown::from(Serde(Why::of(explained, snapshot))))
}

/// What stands around one patient's chart.
#[derive(Debug)]
pub struct Frame<'a> {
    /// The patient that is shown.
    pub sample: &'a Sample,
    /// Its call.
    pub request: &'a str,
    /// The middle.
    pub screen: String,
    /// Now.
    pub as_of: Timestamp,
    /// The site allows words in Spanish.
    pub spanish: bool,
    /// Card files that can be changed.
    pub files: &'a [String],
}

/// The whole page.
pub fn page(preview: &Preview, frame: Frame<'_>) -> Page {
    let start = serde_json::json!({
        "request": frame.request,
        "orders": serde_json::from_str::<Value>(ORDERS).unwrap_or_default(),
        "files": frame.files,
    });
    let gallery = &preview.gallery;
    render(
        "page",
        context! {
            sample => Serde(frame.sample),
            screen => Shown::from_safe_string(frame.screen),
            spanish => frame.spanish,
            today => frame.as_of.strftime("%-d %B %Y").to_string(),
            first => Serde(gallery.first()),
            groups => Serde(gallery.groups()),
            fired => Serde(gallery.fired()),
            count => gallery.samples().len(),
            server => gallery.server(),
            start => Shown::from_safe_string(start.to_string().replace('<', "\\u003c")),
            version => env!("CARGO_PKG_VERSION"),
        },
    )
}
