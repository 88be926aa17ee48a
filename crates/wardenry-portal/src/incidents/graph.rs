//! How the alerts of an incident hang together, as a drawing: alerts on the left, their devices in the middle, the evidence that
//! several alerts share or that is bad on the right. Everything in it stands in the lists of the page as well.

use maud::{Markup, html};
use wardenry_incidents::model::{EntityType, Incident, Verdict};
use wardenry_web::page::plain_text;

use super::evidence::{self, Piece};

/// The most nodes of a column; a note counts the others.
const MAX_NODES: usize = 24;
const ROW: usize = 44;
const NODE_HEIGHT: usize = 32;
const WIDTH: usize = 1080;
/// Left edge and width of the columns.
const COLUMNS: [(usize, usize); 3] = [(0, 320), (400, 260), (740, 340)];

struct Node {
    label: String,
    /// What it is, for the tooltip.
    title: String,
    class: &'static str,
}

/// The columns and what is connected: column and place on the left, column and place on the right.
struct Drawing {
    columns: [Vec<Node>; 3],
    edges: Vec<(usize, usize, usize, usize)>,
    left_out: usize,
}

/// The drawing of an incident; nothing for one without alerts.
pub(super) fn draw(incident: &Incident, kinds: &[(EntityType, Vec<Piece<'_>>)]) -> Markup {
    if incident.alerts.is_empty() {
        return html! {};
    }
    let drawing = Drawing::of(incident, kinds);
    let rows = drawing.columns.iter().map(Vec::len).max().unwrap_or(1);
    let height = rows * ROW;
    html! {
        figure.graph {
            div.scroll tabindex="0" role="region" aria-label="Graph of the incident" {
                svg viewBox=(format!("0 0 {WIDTH} {height}")) width=(WIDTH) height=(height) role="img" aria-label=(drawing.description()) {
                    @for edge in &drawing.edges { (drawing.edge(edge, height)) }
                    @for (column, nodes) in drawing.columns.iter().enumerate() {
                        @for (place, node) in nodes.iter().enumerate() { (drawing.node(column, place, node, height)) }
                    }
                }
            }
            figcaption {
                "Alerts, the devices that they are about, and their evidence. The lists on this page say the same in words."
                @if drawing.left_out > 0 { " " (drawing.left_out) " more are in the lists only." }
            }
        }
    }
}

impl Drawing {
    fn of(incident: &Incident, kinds: &[(EntityType, Vec<Piece<'_>>)]) -> Self {
        let mut drawing =
            Self { columns: [Vec::new(), Vec::new(), Vec::new()], edges: Vec::new(), left_out: 0 };
        for alert in incident.alerts.iter().take(MAX_NODES) {
            let class =
                if alert.severity == wardenry_incidents::model::Severity::High { "node bad" } else { "node" };
            drawing.columns[0].push(Node {
                label: alert.title.clone(),
                title: format!("Alert: {}", alert.title),
                class,
            });
        }
        let alerts = drawing.columns[0].len();
        drawing.left_out += incident.alerts.len() - alerts;
        let mut devices: Vec<&str> = Vec::new();
        for (place, alert) in incident.alerts.iter().enumerate() {
            for device in &alert.devices {
                let known = devices.iter().position(|name| *name == device.dns_name).unwrap_or_else(|| {
                    devices.push(&device.dns_name);
                    devices.len() - 1
                });
                if place < alerts && known < MAX_NODES && !drawing.edges.contains(&(0, place, 1, known)) {
                    drawing.edges.push((0, place, 1, known));
                }
            }
        }
        for name in devices.iter().take(MAX_NODES) {
            drawing.columns[1].push(Node {
                label: (*name).to_owned(),
                title: format!("Device: {name}"),
                class: "node device",
            });
        }
        drawing.left_out += devices.len().saturating_sub(MAX_NODES);
        drawing.add_evidence(kinds, &devices, alerts);
        drawing
    }

    /// The evidence that matters most: what is bad, then what several alerts share.
    fn add_evidence(&mut self, kinds: &[(EntityType, Vec<Piece<'_>>)], devices: &[&str], alerts: usize) {
        let mut pieces: Vec<(EntityType, &Piece<'_>)> =
            kinds.iter().flat_map(|(kind, pieces)| pieces.iter().map(|piece| (*kind, piece))).collect();
        let bad = |piece: &Piece<'_>| piece.verdict == Some(Verdict::Malicious);
        pieces.sort_by_key(|(_, piece)| (!bad(piece), std::cmp::Reverse(piece.alerts.len())));
        self.left_out += pieces.len().saturating_sub(MAX_NODES);
        for (place, (kind, piece)) in pieces.into_iter().take(MAX_NODES).enumerate() {
            let name = evidence::name(piece.evidence);
            let class = match piece.verdict {
                Some(Verdict::Malicious) => "node bad",
                Some(Verdict::Suspicious) => "node doubtful",
                _ => "node",
            };
            self.columns[2].push(Node { title: format!("{kind}: {name}"), label: name, class });
            let device = piece.device.and_then(|name| devices.iter().position(|known| *known == name));
            match device.filter(|device| *device < MAX_NODES) {
                Some(device) => self.edges.push((1, device, 2, place)),
                None => {
                    let shown = piece.alerts.iter().filter(|alert| **alert < alerts);
                    self.edges.extend(shown.map(|alert| (0, *alert, 2, place)));
                }
            }
        }
    }

    fn description(&self) -> String {
        let [alerts, devices, evidence] = [0, 1, 2].map(|column: usize| self.columns[column].len());
        format!(
            "{alerts} alerts, {devices} devices and {evidence} pieces of evidence, and how they are connected"
        )
    }

    /// The middle of a node's height; the columns are centred.
    fn middle(&self, column: usize, place: usize, height: usize) -> usize {
        let offset = (height - self.columns[column].len() * ROW) / 2;
        offset + place * ROW + ROW / 2
    }

    fn edge(&self, edge: &(usize, usize, usize, usize), height: usize) -> Markup {
        let &(from, from_place, to, to_place) = edge;
        let (x1, y1) = (COLUMNS[from].0 + COLUMNS[from].1, self.middle(from, from_place, height));
        let (x2, y2) = (COLUMNS[to].0, self.middle(to, to_place, height));
        let bend = (x2 - x1) / 2;
        html! { path class="edge" d=(format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend)) {} }
    }

    fn node(&self, column: usize, place: usize, node: &Node, height: usize) -> Markup {
        let (x, width) = COLUMNS[column];
        let y = self.middle(column, place, height) - NODE_HEIGHT / 2;
        html! {
            g class=(node.class) {
                title { (plain_text(&node.title)) }
                rect x=(x) y=(y) width=(width) height=(NODE_HEIGHT) rx="6" {}
                text x=(x + 10) y=(y + 21) { (shortened(&node.label, width / 8)) }
            }
        }
    }
}

/// A text that fits, its middle left out: the ends tell most about paths and addresses.
fn shortened(text: &str, room: usize) -> String {
    let letters: Vec<char> = plain_text(text).chars().take(4096).collect();
    if letters.len() <= room {
        return letters.into_iter().collect();
    }
    let (head, tail) = (room * 2 / 3, room - room * 2 / 3 - 1);
    letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_lose_their_middle() {
        assert_eq!(shortened("abcdefghij", 10), "abcdefghij");
        assert_eq!(shortened("abcdefghijk", 10), "abcdef…ijk");
    }
}
