//! The languages whose words are known here, and which of them a text is written in.

use rust_stemmers::{Algorithm, Stemmer};
use text2num::{Occurence, Token, find_numbers, lang};

/// A language whose words are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English, and whatever is no other.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
}

/// Words that say nothing of what is asked for: articles, pronouns, prepositions, auxiliary verbs, courtesies.
const ENGLISH: &str = "a about after again all already also am an and any are as at be because been before but by can could did do does \
    doing don done else every for from go going got had has have he hello her here hey hi him his how i i'd i'll \
    i'm i've id if ill im in is it its it's ive just kindly let let's lets like may me might mine much must my need needs no not \
    now of ok okay on once one or our over please pls pretty really s she should so some somebody someone something another down less well only even still yet maybe perhaps rather away teh than thank \
    thanks that that's the their them then there these they thing things this those to today too u under until up us very want wanna teh adn was \
    we we're we've were what what's whats when where where's which while who why will with would yes you your";
const GERMAN: &str = "weniger aber alle als am an auch auf aus bei bin bis bitte da dann das dass dem den der des die dies diese dieser dieses dir \
    doch du ein eine einem einen einer eines er es etwas für gern gerne hab habe haben hallo hast hat hätte ich ihm ihn ihr im in \
    ist ja jetzt kann kannst kein keine könntest mach machst mal man mehr mein meine meinem meinen meiner mich mir mit möchte muss nach \
    nicht noch nun nur ob oder sei sein seine sich sie sind so soll sollst über um und uns unser unsere vom von vor war was wenn \
    wer wie will wir wird wo würde zu zum zur";
const FRENCH: &str = "moins à ai alors as au aussi aux avec avez avoir bonjour c ça car ce ces cet cette chez comme d dans de des donc du elle en \
    encore es est et être eu fait faut il ils j je l la le les leur lui m ma maintenant mais me merci mes mettre moi mon n ne ni \
    nos notre nous on ou où par pas peux plaît plus pour pouvez qu quand que quel quelle qui s sa sans se ses si sont sous \
    suis sur ta te tes toi ton tu un une veux voudrais vous y";
const SPANISH: &str = "menos a ahora al algo algún alguna ante así aún bien cada con cual cuál cuando cuándo de del desde donde dónde e el él ella en \
    entre era es esa ese eso esta está estas este esto estos favor fue gracias ha hay hola la las le les lo los más me mi mis \
    mí mucho muy ni o os para pero por porfa porque puedes que qué quiero quién se ser si sí sin sobre son su sus también te \
    tengo ti tiene tu tus tú un una uno y ya yo";

/// English verbs whose past is another word, with what they are the past of.
const IRREGULAR: [(&str, &str); 61] = [
    ("ate", "eat"),
    ("eaten", "eat"),
    ("began", "begin"),
    ("bought", "buy"),
    ("broke", "break"),
    ("broken", "break"),
    ("brought", "bring"),
    ("built", "build"),
    ("came", "come"),
    ("chose", "choose"),
    ("chosen", "choose"),
    ("cut", "cut"),
    ("drank", "drink"),
    ("drew", "draw"),
    ("drove", "drive"),
    ("driven", "drive"),
    ("fed", "feed"),
    ("felt", "feel"),
    ("flew", "fly"),
    ("flown", "fly"),
    ("forgot", "forget"),
    ("forgotten", "forget"),
    ("found", "find"),
    ("froze", "freeze"),
    ("frozen", "freeze"),
    ("gave", "give"),
    ("given", "give"),
    ("heard", "hear"),
    ("held", "hold"),
    ("hid", "hide"),
    ("hidden", "hide"),
    ("kept", "keep"),
    ("knew", "know"),
    ("known", "know"),
    ("lent", "lend"),
    ("lost", "lose"),
    ("made", "make"),
    ("meant", "mean"),
    ("met", "meet"),
    ("paid", "pay"),
    ("ran", "run"),
    ("rode", "ride"),
    ("said", "say"),
    ("sang", "sing"),
    ("saw", "see"),
    ("seen", "see"),
    ("sent", "send"),
    ("slept", "sleep"),
    ("sold", "sell"),
    ("spent", "spend"),
    ("spoke", "speak"),
    ("spoken", "speak"),
    ("swam", "swim"),
    ("taught", "teach"),
    ("told", "tell"),
    ("took", "take"),
    ("taken", "take"),
    ("thought", "think"),
    ("woke", "wake"),
    ("written", "write"),
    ("wrote", "write"),
];

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::French, Self::Spanish];

    /// The language of most of the function words; English where none leads.
    pub(super) fn of(words: &[String]) -> Self {
        let count = |language: Self| words.iter().filter(|word| language.is_function_word(word)).count();
        // Of equals the last wins, and English stands last.
        let language = Self::ALL.into_iter().rev().max_by_key(|language| count(*language)).unwrap_or_default();
        // A word that several have ("in", "an", "es") decides nothing.
        if count(language) > count(Self::English) { language } else { Self::English }
    }

    /// Articles, pronouns, auxiliary verbs and the like, folded.
    pub(super) fn is_function_word(self, word: &str) -> bool {
        let list = match self {
            Self::English => ENGLISH,
            Self::German => GERMAN,
            Self::French => FRENCH,
            Self::Spanish => SPANISH,
        };
        list.split_ascii_whitespace().any(|known| known == word)
    }

    /// A word without its ending; the past of a verb as the verb itself.
    pub(super) fn stem(self, word: &str) -> String {
        let present = IRREGULAR.iter().find(|(past, _)| self == Self::English && *past == word);
        let word = present.map_or(word, |(_, present)| present);
        let algorithm = match self {
            Self::English => Algorithm::English,
            Self::German => Algorithm::German,
            Self::French => Algorithm::French,
            Self::Spanish => Algorithm::Spanish,
        };
        Stemmer::create(algorithm).stem(word).into_owned()
    }

    /// Numbers written as words.
    pub(super) fn numbers<T: Token, I: Iterator<Item = T>>(self, words: I) -> Vec<Occurence> {
        match self {
            Self::English => find_numbers(words, &lang::English::new(), 0.0),
            Self::German => find_numbers(words, &lang::German::new(), 0.0),
            Self::French => find_numbers(words, &lang::French::new(), 0.0),
            Self::Spanish => find_numbers(words, &lang::Spanish::new(), 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_words_tell_the_language() {
        for (text, language) in [
            ("set a timer for ten minutes", Language::English),
            ("play adele", Language::English),
            ("stell mir bitte einen timer auf zehn minuten", Language::German),
            ("mets un minuteur de quinze minutes", Language::French),
            ("apunta que la llave está en casa de ana", Language::Spanish),
            ("", Language::English),
        ] {
            let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            assert_eq!(Language::of(&words), language, "{text}");
        }
        assert_eq!(Language::English.stem("timers"), Language::English.stem("timer"));
        assert_eq!(Language::English.stem("ran"), Language::English.stem("running"));
    }
}
