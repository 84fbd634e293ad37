//! The bullets of a card: this person's reasons, each once (language guide section 1 part 2).
//!
//! Knows the order of rules on a card, and which fact is left out because it is said elsewhere.
//! Refuses to know lengths: those are `detail`'s.

use super::about::About;
use super::compose::Composer;
use super::detail::Bullet;
use super::merge::{Planned, Voice};
use super::said::{Place, Standing, is_same_total};
use super::template::Filling;
use super::texts::STATED;
use super::unread::one_line;
use super::wording::bullet;

/// A bullet, and whether a summary or another card says the same.
struct Reason {
    bullet: Bullet,
    spare: bool,
}

impl<'a> Composer<'a> {
    /// The card's summary and lines state facts too.
    pub(super) fn announce(
        &mut self,
        at: usize,
        planned: &Planned<'a>,
        summary: &str,
        lines: &[String],
    ) {
        self.say(at, Place::Summary, planned.members[0], summary);
        for (number, (voice, line)) in planned.lines.iter().zip(lines).enumerate() {
            self.say(at, Place::Line(number), *voice, line);
        }
    }

    /// Reasons of the leader, then of those merged; a merged rule first says what it is about.
    /// A merged rule whose case is `foremost` speaks before the leader's reasons.
    pub(super) fn bullets(&mut self, at: usize, planned: &Planned<'a>) -> Vec<Bullet> {
        let leader = planned.members[0];
        let mut shown = Vec::new();
        for (place, voice) in planned.members.iter().copied().enumerate() {
            let speaks = place > 0 && !is_same_total(leader, voice);
            let line = speaks.then(|| self.line(voice, false));
            if let Some(line) = &line {
                self.say(at, Place::Bullet, voice, line);
            }
            shown.push((voice, line));
        }
        let mut reasons = Vec::new();
        for voice in self.in_order(planned) {
            let line = shown
                .iter()
                .find(|(of, _)| of.is(voice))
                .and_then(|(_, line)| line.clone());
            reasons.extend(line.map(|text| Reason {
                bullet: Bullet {
                    text,
                    ..Bullet::default()
                },
                spare: false,
            }));
            self.facts(at, voice, &mut reasons);
        }
        if let Some(guest) = planned.guest {
            self.facts(at, guest, &mut reasons);
        }
        reasons.retain(|reason| !reason.bullet.text.is_empty());
        without_spare(reasons)
    }

    /// A summary or line stands on this card, and with it the facts that it states.
    fn say(&mut self, at: usize, place: Place, voice: Voice<'a>, text: &str) {
        let keys: fn(&About) -> &[String] = match place {
            Place::Summary => |about| &about.summary_says,
            Place::Bullet | Place::Line(_) => |about| &about.line_says,
        };
        if let Some(about) = self.about(voice) {
            self.said.says(at, place, voice, keys(about), text);
        }
    }

    /// Who speaks on a card, in the order in which their reasons stand.
    pub(super) fn in_order(&self, planned: &Planned<'a>) -> Vec<Voice<'a>> {
        let members = planned.members.iter().copied();
        let (mut first, rest): (Vec<_>, Vec<_>) =
            members.partition(|voice| self.is_foremost(*voice, planned));
        first.extend(rest);
        first
    }

    /// Among equals the order of the group says who leads; what a case says may weigh more all the same.
    fn is_foremost(&self, voice: Voice<'_>, planned: &Planned<'_>) -> bool {
        let about = self.about(voice);
        voice.finding.indicator == Some(planned.indicator)
            && about
                .is_some_and(|about| about.foremost.iter().any(|case| case == voice.finding.case))
    }

    fn facts(&mut self, at: usize, voice: Voice<'a>, reasons: &mut Vec<Reason>) {
        for fact in &voice.finding.facts {
            let name = format!("Fact {}", fact.key);
            let Some(template) = self.template(voice, &name) else {
                self.missing(voice, &name);
                continue;
            };
            let mut slots = fact.slots.clone();
            slots.insert(STATED, self.said.keys());
            let filling = Filling {
                slots: &slots,
                case: voice.finding.case,
            };
            let text = match self.texts.fill(template, filling) {
                Ok(text) => bullet(&one_line(&text)),
                Err(problem) => {
                    self.rendered.problems.push(problem);
                    continue;
                }
            };
            let standing = self.said.standing(at, voice, fact, &text);
            if text.is_empty() || standing == Standing::Stated {
                continue;
            }
            self.said.states(at, fact, &text);
            reasons.push(Reason {
                bullet: Bullet {
                    text,
                    is_fact: true,
                    said_by: match standing {
                        Standing::InLine(line) => Some(line),
                        _ => None,
                    },
                },
                spare: standing == Standing::Spare,
            });
        }
    }
}

/// What is said elsewhere is left out, unless the card would have no reason at all.
fn without_spare(reasons: Vec<Reason>) -> Vec<Bullet> {
    let all_spare = reasons.iter().all(|reason| reason.spare);
    reasons
        .into_iter()
        .filter(|reason| all_spare || !reason.spare)
        .map(|reason| reason.bullet)
        .collect()
}
