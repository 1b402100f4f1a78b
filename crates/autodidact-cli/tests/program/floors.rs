//! The architecture as a test: modules of the program import only from lower floors, and never in a circle.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Top modules of the program, from the ground up. A module may import from lower floors, and from itself.
const FLOORS: [&[&str]; 3] = [&["charts", "files", "progress", "shared"], &["everyday", "open"], &["commands"]];

/// The path of a module, from the root of the program: `["commands", "ask"]`.
type Module = Vec<String>;

/// The code of a module without comments and tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let code = lines.collect::<Vec<_>>().join("\n");
    code.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

/// All modules in a folder, with their code.
fn modules(folder: &Path, parent: &Module, found: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let module = [parent.clone(), vec![name.clone()]].concat();
        if path.is_dir() {
            modules(&path, &module, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = if ["main", "mod"].contains(&name.as_str()) { parent.clone() } else { module };
            assert!(found.insert(module, code(&path)).is_none(), "{}: a second file of a module", path.display());
        }
    }
}

/// The paths that a path or a tree of `use` stands for: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(text: &str) -> Vec<Module> {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        let (mut depth, mut start, mut paths) = (0, 0, Vec::new());
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                ',' | '}' if depth == 0 => {
                    paths.extend(expand(&group[start..at]));
                    start = at + 1;
                    if c == '}' {
                        break;
                    }
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
        return paths;
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    if end == 0 {
        return Vec::new();
    }
    let (name, rest) = text.split_at(end);
    match rest.strip_prefix("::").map(expand) {
        Some(paths) if !paths.is_empty() => {
            paths.into_iter().map(|path| [vec![name.to_owned()], path].concat()).collect()
        }
        _ => vec![vec![name.to_owned()]],
    }
}

/// The modules whose items a module names, and the modules that it declares.
fn imports(module: &Module, code: &str, all: &BTreeMap<Module, String>) -> BTreeSet<Module> {
    let mut found = BTreeSet::new();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    for start in ["crate", "super", "self"] {
        for (at, _) in code.match_indices(&format!("{start}::")) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| is_word(c) || c == ':') {
                continue;
            }
            for path in expand(&code[at..]) {
                let mut base = module.clone();
                let mut rest = &path[..];
                while let Some((first, more)) = rest.split_first() {
                    match first.as_str() {
                        "crate" => base.clear(),
                        "super" => drop(base.pop()),
                        "self" => {}
                        _ => break,
                    }
                    rest = more;
                }
                // The longest start of the path that is a module; what follows is an item of it.
                let mut target = base;
                for name in rest {
                    let longer = [target.clone(), vec![name.clone()]].concat();
                    if !all.contains_key(&longer) {
                        break;
                    }
                    target = longer;
                }
                found.insert(target);
            }
        }
    }
    found.remove(module);
    found.extend(all.keys().filter(|other| other.split_last().is_some_and(|(_, parent)| parent == *module)).cloned());
    found
}

/// A circle of imports that can be reached from a module, if there is one.
fn circle(module: &Module, graph: &BTreeMap<Module, BTreeSet<Module>>, way: &mut Vec<Module>) -> Option<Vec<Module>> {
    if let Some(start) = way.iter().position(|other| other == module) {
        return Some(way[start..].to_vec());
    }
    way.push(module.clone());
    let found = graph[module].iter().find_map(|next| circle(next, graph, way));
    way.pop();
    found
}

fn graph() -> BTreeMap<Module, BTreeSet<Module>> {
    let mut all = BTreeMap::new();
    modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &Vec::new(), &mut all);
    all.iter().map(|(module, code)| (module.clone(), imports(module, code, &all))).collect()
}

#[test]
fn modules_import_only_from_lower_floors() {
    let floor_of = |module: &Module| {
        let top = module.first()?;
        let floor = FLOORS.iter().position(|floor| floor.contains(&top.as_str()));
        Some(floor.unwrap_or_else(|| panic!("`{top}` is on no floor")))
    };
    let mut seen = 0;
    for (module, imports) in graph() {
        let Some(own) = floor_of(&module) else { continue };
        for import in imports {
            seen += 1;
            let is_below = floor_of(&import).is_some_and(|floor| floor < own);
            assert!(is_below || import.first() == module.first(), "`{}` imports `{}`", show(&module), show(&import));
        }
    }
    assert!(seen > 50, "only {seen} imports were found: the scan is broken");
}

#[test]
fn no_modules_import_each_other() {
    let graph = graph();
    let found = circle(&Vec::new(), &graph, &mut Vec::new());
    let names = found.map(|circle| circle.iter().map(show).collect::<Vec<_>>().join(" -> "));
    assert_eq!(names, None, "a circle");
}

#[test]
fn a_circle_is_found_and_trees_are_expanded() {
    let path = |text: &str| -> Module { text.split("::").map(str::to_owned).collect() };
    let expanded = expand("super::{\n    a::{B, c::D},\n    e,\n};\nfoo");
    assert_eq!(expanded, ["super::a::B", "super::a::c::D", "super::e"].map(path));

    let code = BTreeMap::from([
        (Vec::new(), "mod a; mod b;"),
        (path("a"), "use crate::{b::X, c};"),
        (path("b"), "fn f() { super::a::g() }"),
        (path("c"), ""),
    ]);
    let all = code.into_iter().map(|(module, code)| (module, code.to_owned())).collect::<BTreeMap<_, _>>();
    let graph = all.iter().map(|(module, code)| (module.clone(), imports(module, code, &all))).collect();
    assert_eq!(circle(&Vec::new(), &graph, &mut Vec::new()), Some(vec![path("a"), path("b")]));
}

fn show(module: &Module) -> String {
    if module.is_empty() { "main".to_owned() } else { module.join("::") }
}
