//! The architecture as a test: a module names only itself and modules on lower floors.

use std::{collections::BTreeMap, fs, path::Path};

/// Floors from the ground up. A module may name modules of lower floors, and itself.
const FLOORS: [&[&str]; 11] = [
    &["error", "task"],
    &["platform"],
    &["backend"],
    &["nn", "tokenizer", "taskgen"],
    &["model", "grammar"],
    &["inference", "adapter", "storage"],
    &["uncertainty", "synthesis", "adaptation"],
    &["agent", "pretrain"],
    &["evaluation"],
    &["web"],
    &[],
];

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn visit(path: &Path, uses: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, uses);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code: String = text.lines().map(|l| l.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n");
            // Tests may look anywhere.
            let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or("").to_owned();
            for (at, _) in code.match_indices("crate::") {
                let rest = &code[at + "crate::".len()..];
                let group = rest.starts_with('{');
                let names: Vec<String> = if group { top_names(rest) } else { vec![word(rest)] };
                uses.extend(names.into_iter().map(|name| (path.display().to_string(), name)));
            }
        }
    }
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first names inside `{...}`, at depth one.
fn top_names(text: &str) -> Vec<String> {
    let (mut depth, mut names, mut start) = (0, Vec::new(), true);
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 1 && start && c.is_alphabetic() => {
                names.push(word(&text[i..]));
                start = false;
            }
            _ => {}
        }
        if depth == 1 && (c == ',' || c == '{') {
            start = true;
        }
        if depth == 0 {
            break;
        }
    }
    names
}

#[test]
fn modules_import_only_downwards() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = BTreeMap::new();
    let mut seen = 0;
    for floor in FLOORS {
        for module in floor {
            let folder = source.join(module);
            let mut uses = Vec::new();
            if folder.is_dir() {
                visit(&folder, &mut uses);
            }
            for (file, name) in uses {
                let Some(target) = floor_of(&name) else { continue };
                seen += 1;
                let below = floor_of(module).is_some_and(|own| target < own);
                if !below && name != *module {
                    wrong.insert(file, name);
                }
            }
        }
    }
    assert!(seen > 50, "only {seen} imports were found: the scan is broken");
    assert!(wrong.is_empty(), "upward imports: {wrong:#?}");
}
