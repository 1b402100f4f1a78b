//! Other programs that read what this crate writes: PEFT and `gguf` in Python, llama.cpp in Node. Where one is not installed, its checks are
//! skipped, and that is said.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// The folder of what is kept outside the clone.
pub fn cache() -> PathBuf {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let users = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")));
    folder("AUTODIDACT_CACHE").or_else(|| Some(users?.join("autodidact"))).expect("a home")
}

/// Says on stderr that something was not checked.
pub fn skipped(reason: &str) {
    // Not eprintln, which the test harness swallows when the test passes.
    #[expect(clippy::explicit_write, reason = "see above")]
    writeln!(std::io::stderr(), "SKIPPED: {reason}").unwrap();
}

fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference")
}

/// Python with `peft`, as `reference/setup.sh` makes it; `None` where it is missing.
pub fn python() -> Option<PathBuf> {
    let named = std::env::var_os("AUTODIDACT_REFERENCE_VENV").map(PathBuf::from);
    let users = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let folder = named.or_else(|| Some(users.or_else(home)?.join("autodidact/reference-venv")))?;
    let python = folder.join("bin/python");
    if python.exists() {
        return Some(python);
    }
    let missing = format!("no {}; tests/reference/setup.sh makes it", python.display());
    skipped(&format!("PEFT did not check the adapters of this crate: {missing}"));
    None
}

/// Runs a script of `tests/reference` with these arguments, which fails when what it reads is wrong.
pub fn check(python: &Path, script: &str, arguments: &[&Path]) {
    succeed(Command::new(python).arg(reference().join(script)).args(arguments).env("PYTHONDONTWRITEBYTECODE", "1"));
}

/// The packages with llama.cpp, as `scripts/setup.sh llama-cpp` installs them; `None` where they are missing, which they may not be in
/// `make soak`.
pub fn llama_cpp() -> Option<PathBuf> {
    let folder = cache().join("tools/llama-cpp");
    if folder.join("node_modules/node-llama-cpp").exists() {
        return Some(folder);
    }
    let missing = format!("no {}; scripts/setup.sh llama-cpp makes it", folder.display());
    assert!(std::env::var_os("AUTODIDACT_SOAK").is_none(), "{missing}");
    skipped(&format!("llama.cpp did not load the adapters of this crate: {missing}"));
    None
}

/// Has llama.cpp check the adapters that the file `input` names (its form: `reference/llama_cpp/check.mjs`).
pub fn check_with_llama_cpp(packages: &Path, input: &Path) {
    succeed(Command::new("node").arg(reference().join("llama_cpp/check.mjs")).args([packages, input]));
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    println!("{}", said.trim());
    assert!(output.status.success(), "{said}");
}
