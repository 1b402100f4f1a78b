//! The architecture as a test: a crate names only crates below it, a module only modules on lower floors, and the files of a module
//! form no circle.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A crate of the workspace, with the floors of its modules from the ground up.
struct Crate {
    folder: &'static str,
    /// Other crates of the workspace that it may name.
    below: &'static [&'static str],
    floors: &'static [&'static [&'static str]],
}

const CRATES: [Crate; 4] = [
    Crate {
        folder: "crates/autodidact-kernels",
        below: &[],
        floors: &[&["lanes", "numbers", "tile_registers"], &["infer", "quant"]],
    },
    Crate {
        folder: "",
        below: &["autodidact_kernels"],
        floors: &[
            &["error", "task"],
            &["platform", "format", "identity"],
            &["backend"],
            &["nn", "tokenizer", "calls", "words"],
            &["prompt"],
            &["model", "grammar"],
            &["inference", "adapter", "storage"],
            &["uncertainty", "synthesis", "adaptation"],
            &["agent"],
            &["web"],
        ],
    },
    Crate {
        folder: "crates/autodidact-lab",
        below: &["autodidact_kernels", "autodidact"],
        floors: &[&["taskgen", "surgery", "latency", "throughput"], &["pretrain"], &["evaluation"]],
    },
    Crate {
        folder: "crates/autodidact-cli",
        below: &["autodidact_kernels", "autodidact", "autodidact_lab"],
        floors: &[&["files", "charts", "progress"], &["everyday"], &["shared"], &["open"], &["commands"]],
    },
];

const ALL: [&str; 3] = ["autodidact_kernels", "autodidact", "autodidact_lab"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The code of a file without comments and without its unit tests, which may look anywhere.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or(""));
    let code = lines.collect::<Vec<_>>().join("\n");
    code.split("#[cfg(test)]\nmod tests {").next().unwrap_or("").to_owned()
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first names behind each `prefix`, also of a group in braces.
fn named(code: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        // Part of a longer path or word.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        if rest.starts_with('{') { names.extend(top_names(rest)) } else { names.push(word(rest)) }
    }
    names
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

/// The top-level module of a file: `agent` for `src/agent/run/mod.rs`.
fn module(source: &Path, file: &Path) -> String {
    let first = file.strip_prefix(source).unwrap().components().next().unwrap();
    Path::new(first.as_os_str()).file_stem().unwrap().to_string_lossy().into_owned()
}

#[test]
fn modules_import_only_downwards() {
    let mut wrong = BTreeSet::new();
    let mut seen = 0;
    for Crate { folder, floors, .. } in CRATES {
        let source = root().join(folder).join("src");
        let floor_of = |module: &str| floors.iter().position(|floor| floor.contains(&module));
        for file in sources(&source) {
            let own = module(&source, &file);
            for name in named(&code(&file), "crate::") {
                let Some(target) = floor_of(&name) else { continue };
                seen += 1;
                // `lib.rs` and `main.rs` stand above all floors.
                let is_below = floor_of(&own).is_none_or(|floor| target < floor);
                if !is_below && name != own {
                    wrong.insert(format!("{} names {name}", file.display()));
                }
            }
        }
        let present: BTreeSet<String> = sources(&source).iter().map(|file| module(&source, file)).collect();
        let missing: Vec<_> = floors.iter().copied().flatten().filter(|name| !present.contains(**name)).collect();
        assert!(missing.is_empty(), "{folder}: no modules {missing:?}");
        let roots = ["lib", "main", "none", "mixed"];
        let homeless: Vec<_> =
            present.iter().filter(|name| floor_of(name).is_none() && !roots.contains(&&name[..])).collect();
        assert!(homeless.is_empty(), "{folder}: modules {homeless:?} stand on no floor");
    }
    assert!(seen > 200, "only {seen} imports were found: the scan is broken");
    assert!(wrong.is_empty(), "upward imports: {wrong:#?}");
}

#[test]
fn crates_name_only_crates_below_them() {
    let mut seen = 0;
    for Crate { folder, below, .. } in CRATES {
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        // From the dependencies of the package on; those of the workspace, before it, name all.
        let package = manifest.split("\n[package]").last().unwrap();
        for name in ALL {
            let dependency = format!("\n{} = ", name.replace('_', "-"));
            let may = below.contains(&name);
            assert!(may || !package.contains(&dependency), "the manifest of `{folder}` names {name}");
            for file in sources(&root().join(folder).join("src")) {
                let uses = named(&code(&file), &format!("{name}::")).len();
                seen += uses;
                assert!(may || uses == 0, "{} names {name}", file.display());
            }
        }
    }
    assert!(seen > 100, "only {seen} imports were found: the scan is broken");
}

/// A file with the files of its own folder, and below, that it names through `super::` or through the path of its module.
fn names_in_module(source: &Path, files: &[PathBuf]) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let mut graph = BTreeMap::new();
    for file in files {
        let code = code(file);
        let folder = file.parent().unwrap();
        let own = if file.ends_with("mod.rs") { folder.parent().unwrap() } else { folder };
        let mut targets = BTreeSet::new();
        let mut add = |folder: &Path, name: &str| {
            let candidates = [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")];
            targets.extend(candidates.into_iter().filter(|path| path.is_file() && path != file));
        };
        named(&code, "super::").iter().for_each(|name| add(own, name));
        let module = folder.strip_prefix(source).unwrap().iter().map(|part| part.to_string_lossy());
        let path = module.fold("crate::".to_owned(), |path, part| path + &part + "::");
        named(&code, &path).iter().for_each(|name| add(folder, name));
        graph.insert(file.clone(), targets);
    }
    graph
}

/// A circle in the graph, if there is one.
fn circle(graph: &BTreeMap<PathBuf, BTreeSet<PathBuf>>) -> Option<Vec<PathBuf>> {
    fn walk(
        graph: &BTreeMap<PathBuf, BTreeSet<PathBuf>>,
        path: &mut Vec<PathBuf>,
        done: &mut BTreeSet<PathBuf>,
    ) -> Option<Vec<PathBuf>> {
        let last = path.last()?.clone();
        for next in graph.get(&last).into_iter().flatten() {
            if let Some(start) = path.iter().position(|seen| seen == next) {
                return Some(path[start..].to_vec());
            }
            if !done.contains(next) {
                path.push(next.clone());
                let found = walk(graph, path, done);
                path.pop();
                if found.is_some() {
                    return found;
                }
            }
        }
        done.insert(last);
        None
    }
    let mut done = BTreeSet::new();
    graph.keys().find_map(|start| walk(graph, &mut vec![start.clone()], &mut done))
}

#[test]
fn files_of_a_module_form_no_circle() {
    let mut edges = 0;
    for Crate { folder, .. } in CRATES {
        let source = root().join(folder).join("src");
        let graph = names_in_module(&source, &sources(&source));
        edges += graph.values().map(BTreeSet::len).sum::<usize>();
        assert_eq!(circle(&graph), None, "a circle of imports");
    }
    assert!(edges > 100, "only {edges} imports were found: the scan is broken");
    let ring = |pairs: &[(&str, &str)]| {
        let mut graph: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
        for (from, to) in pairs {
            graph.entry(from.into()).or_default().insert(to.into());
        }
        circle(&graph).map(|found| found.len())
    };
    assert_eq!(ring(&[("a", "b"), ("b", "c"), ("a", "c")]), None);
    assert_eq!(ring(&[("a", "b"), ("b", "c"), ("c", "b")]), Some(2));
}
