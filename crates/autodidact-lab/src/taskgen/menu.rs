//! Invents menus: a tool to be asked for, and others that are hard to tell from it.

use super::context::Inventor;
use super::naming::{self, Shape};
use super::params;
use super::tables::{DOMAINS, Domain, Half, LEXICON, VERBS, Verb};
use super::tool::{Action, Blueprint, Noun};
use super::words::coin;

/// Characters of a menu in compact form beyond which no tool is added.
const MENU_LIMIT: usize = 1000;

/// Attempts at a tool that a menu lacks.
const TRIES: usize = 4;

/// Where tools of one menu come from.
struct Theme {
    domain: &'static Domain,
    shape: Shape,
    /// Share of tools with a description.
    described: f64,
    /// Share of parameters with a description.
    explained: f64,
}

/// The parts of a tool from which its name and its parameters follow.
struct Parts {
    action: Action,
    noun: Noun,
    qualifier: Option<&'static str>,
    attribute: Option<&'static str>,
    /// The name ends on "by" and its only parameter.
    by: bool,
}

/// How a distractor is related to the tool asked for.
enum Kinship {
    OtherVerb,
    OtherNoun,
    OtherQualifier,
    OtherKey,
    SameDomain,
    Stranger,
}

impl Inventor<'_> {
    /// A menu whose first tool is the one to be asked for. No other can be mistaken for it.
    pub(super) fn menu(&mut self) -> Vec<Blueprint> {
        let count = 1 + self.dice.weighted(&[11, 18, 20, 17, 13, 8, 5, 3, 2, 1, 1, 1]);
        let count = count.min(self.config.max_tools.max(1));
        let domain = self.domain();
        let described = if self.dice.chance(self.config.description_rate) { 0.93 } else { 0.06 };
        // A menu explains its parameters as a rule or not at all.
        let rate = self.config.param_description_rate;
        let explained = if self.dice.chance(rate) { 0.85 } else { rate / 10.0 };
        let theme = Theme { domain, shape: naming::shape(self.dice), described, explained };
        let target = self.target(&theme, count);
        let mut size = target.size();
        let mut menu = vec![target];
        for _ in 0..count * 3 {
            if menu.len() >= count || size > MENU_LIMIT {
                break;
            }
            let tool = self.relative(&theme, &menu[0], count);
            if size + tool.size() <= MENU_LIMIT + 150 && !menu.iter().any(|other| other.is_confusable(&tool)) {
                size += tool.size();
                menu.push(tool);
            }
        }
        menu
    }

    /// A tool that could be of the menu, and that none of its tools stands for; `None` where none was found.
    pub(super) fn missing(&mut self, menu: &[Blueprint]) -> Option<Blueprint> {
        for _ in 0..TRIES {
            let like = menu.get(self.dice.below(menu.len().max(1)))?;
            let of = |domain: &&Domain| domain.objects.iter().any(|object| object.name == like.noun.name);
            let domain = DOMAINS.get(self.half).iter().find(of);
            let domain = domain.unwrap_or_else(|| self.domain());
            let theme = Theme { domain, shape: naming::shape(self.dice), described: 0.0, explained: 0.0 };
            let tool = self.relative(&theme, like, menu.len());
            if !menu.iter().any(|other| other.stands_for(&tool)) {
                return Some(tool);
            }
        }
        None
    }

    fn domain(&mut self) -> &'static Domain {
        let domains = DOMAINS.get(self.half);
        &domains[self.dice.below(domains.len())]
    }

    fn target(&mut self, theme: &Theme, count: usize) -> Blueprint {
        let noun = self.noun(theme.domain);
        let action = self.action(theme.domain);
        let (mut qualifier, mut attribute) = (None, None);
        if self.dice.chance(0.12) {
            qualifier = Some(self.qualifier());
        } else if noun.spoken.len() == 1 && self.dice.chance(0.1) {
            attribute = self.attribute(&action);
        }
        let by = attribute.is_none() && qualifier.is_none() && self.dice.chance(0.05);
        self.finish(theme, Parts { action, noun, qualifier, attribute, by }, count)
    }

    fn relative(&mut self, theme: &Theme, target: &Blueprint, count: usize) -> Blueprint {
        let kinship = match self.dice.weighted(&[36, 20, 12, if target.by.is_some() { 40 } else { 0 }, 16, 12]) {
            0 => Kinship::OtherVerb,
            1 => Kinship::OtherNoun,
            2 => Kinship::OtherQualifier,
            3 => Kinship::OtherKey,
            4 => Kinship::SameDomain,
            _ => Kinship::Stranger,
        };
        let domain = if matches!(kinship, Kinship::Stranger) { self.domain() } else { theme.domain };
        let theme = Theme { domain, ..*theme };
        let same_noun = matches!(kinship, Kinship::OtherVerb | Kinship::OtherQualifier | Kinship::OtherKey);
        let noun = if same_noun { target.noun.clone() } else { self.noun(domain) };
        let action = match kinship {
            Kinship::OtherVerb | Kinship::SameDomain | Kinship::Stranger => self.action(domain),
            _ => target.action.clone(),
        };
        let (mut qualifier, mut attribute) = match kinship {
            Kinship::OtherVerb => (target.qualifier, target.attribute),
            Kinship::OtherNoun => (target.qualifier, None),
            _ => (None, None),
        };
        if matches!(kinship, Kinship::OtherQualifier) {
            if target.attribute.is_some() || noun.spoken.len() == 1 && self.dice.chance(0.3) {
                attribute = self.attribute(&action);
            }
            if attribute.is_none() {
                qualifier = Some(self.qualifier());
            }
        }
        let by = matches!(kinship, Kinship::OtherKey);
        self.finish(&theme, Parts { action, noun, qualifier, attribute, by }, count)
    }

    /// Adds parameters, a name and a description to the parts.
    fn finish(&mut self, theme: &Theme, parts: Parts, menu_size: usize) -> Blueprint {
        let Parts { action, noun, qualifier, attribute, by } = parts;
        let mut tool = Blueprint {
            name: String::new(),
            description: String::new(),
            action,
            noun,
            qualifier,
            attribute,
            by: None,
            params: Vec::new(),
        };
        let manner = params::Manner { style: theme.shape.params, explained: theme.explained };
        if by {
            params::invent_key(self, &mut tool, manner);
        } else {
            params::invent(self, theme.domain, &mut tool, manner, menu_size);
        }
        naming::name(self, &mut tool, theme.shape, theme.domain);
        if theme.shape.opaque || self.dice.chance(theme.described) {
            tool.description = naming::describe(self, &tool);
        }
        tool
    }

    fn qualifier(&mut self) -> &'static str {
        let words = LEXICON.get(self.half);
        let list = if self.dice.chance(0.75) { &words.qualifiers } else { &words.adjectives };
        list[self.dice.below(list.len())]
    }

    fn attribute(&mut self, action: &Action) -> Option<&'static str> {
        const SEEN: [&str; 14] = [
            "status",
            "details",
            "price",
            "history",
            "rating",
            "location",
            "info",
            "owner",
            "schedule",
            "cost",
            "summary",
            "size",
            "name",
            "availability",
        ];
        const HELD: [&str; 6] = ["condition", "whereabouts", "background", "popularity", "lifespan", "layout"];
        let list: &[&'static str] = if self.half == Half::Train { &SEEN } else { &HELD };
        let fits = matches!(action, Action::Known(verb, _) if ["get", "check", "update", "track"].contains(&verb.key));
        fits.then(|| self.dice.choose(list).copied()).flatten()
    }

    /// A verb of the domain; sometimes any verb, or a coined one.
    fn action(&mut self, domain: &'static Domain) -> Action {
        if self.dice.chance(self.config.coined_rate * 0.3) {
            return Action::Coined(coin(self.dice, self.half));
        }
        let verb: &'static Verb = if domain.verbs.is_empty() || self.dice.chance(0.12) {
            &VERBS[self.dice.below(VERBS.len())]
        } else {
            domain.verbs[self.dice.below(domain.verbs.len())]
        };
        let half = if self.dice.chance(0.5) { self.half } else { Half::Train };
        let names = verb.names.get(half);
        Action::Known(verb, self.dice.choose(names).copied().unwrap_or(verb.key))
    }

    /// An object of the domain, a compound of two nouns, or a coined word.
    fn noun(&mut self, domain: &'static Domain) -> Noun {
        if self.dice.chance(self.config.coined_rate) {
            let mut name = coin(self.dice, self.half);
            if self.dice.chance(0.35) {
                name = format!("{name} {}", self.plain_noun());
            } else if self.dice.chance(0.2) {
                name = format!("{} {name}", self.plain_noun());
            }
            return Noun { spoken: vec![name.clone()], name, mass: false, coined: true };
        }
        if self.dice.chance(self.config.compound_rate) {
            let name = match self.dice.below(3) {
                0 => self.plain_noun().to_owned(),
                _ => format!("{} {}", self.plain_noun(), self.plain_noun()),
            };
            return Noun { spoken: vec![name.clone()], name, mass: false, coined: false };
        }
        let object = &domain.objects[self.dice.below(domain.objects.len())];
        Noun {
            name: object.name.to_owned(),
            spoken: object.spoken.iter().map(|form| (*form).to_owned()).collect(),
            mass: object.mass,
            coined: false,
        }
    }
}
