//! What every [`AdapterStore`] keeps to, as a suite that runs on both targets. It stands in the library so that the
//! tests of each home, native and in the browser, share one body.

use super::{AdapterMeta, AdapterRecord, AdapterStore, Lesson, LessonSource, MemoryMeta};
use crate::{
    error::{Error, Result},
    task::ToolCall,
};

/// A record with files of `bytes` bytes together (at least 2), different for each name and `created_ms`.
pub fn record(name: &str, created_ms: u64, bytes: usize) -> AdapterRecord {
    let config = b"{}".to_vec();
    let mut state = name.bytes().fold(created_ms.wrapping_add(1), |s, b| s.wrapping_mul(31).wrapping_add(u64::from(b)));
    let weights = std::iter::repeat_with(|| {
        // Knuth's MMIX generator; its upper bits are the good ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    });
    let weights = weights.take(bytes.saturating_sub(config.len())).collect();
    let meta = AdapterMeta {
        name: name.to_owned(),
        base_fingerprint: "base-1".to_owned(),
        created_ms,
        rank: 8,
        alpha: 16.1,
        targets: vec!["q_proj".to_owned(), "v_proj".to_owned()],
        task: "Löse \"das\" \u{1F9EE}\n".to_owned(),
        pairs: 12,
        steps: 34,
        margin_before: Some(0.1),
        margin_after: None,
        lessons: vec![Lesson { query: "zwei\n".to_owned(), calls: Vec::new(), source: LessonSource::User, created_ms }],
        memory: Some(MemoryMeta {
            cluster: "c".to_owned(),
            version: 2,
            menu: "0123456789abcdef".to_owned(),
            tools: Vec::new(),
            held_back: None,
            used_ms: created_ms,
            uses: 1,
        }),
        ..AdapterMeta::default()
    };
    AdapterRecord::seal(meta, config, weights)
}

/// Runs the suite on an empty store and leaves it empty. `Err` says which promise is broken.
pub async fn check(store: &dyn AdapterStore) -> Result<(), String> {
    let names = async || store.list().await.map(|list| list.into_iter().map(|m| m.name).collect::<Vec<_>>());
    ensure("an empty store lists nothing", names().await, &[""; 0])?;
    missing(store, "never-stored").await?;

    // Put, get, list.
    let (old, new, tie) = (record("old", 1_000, 300), record("New.1", 3_000, 2), record("a_tie", 1_000, 77));
    for record in [&old, &new, &tie] {
        ok("put", store.put(record).await)?;
        ensure("get hands out what was put", store.get(&record.meta.name).await, record)?;
    }
    ensure("list is newest first, then by name", names().await, &["New.1", "a_tie", "old"])?;
    let metas = [&new.meta, &tie.meta, &old.meta].map(Clone::clone);
    ensure("list hands out all metadata", store.list().await, &metas)?;

    // Replace.
    let newer = record("old", 9_000, 123);
    ok("put over an old record", store.put(&newer).await)?;
    ensure("get hands out the new record", store.get("old").await, &newer)?;
    ensure("a replaced record is listed once", names().await, &["old", "New.1", "a_tie"])?;

    // Replace what is there, and nothing else.
    let newest = record("old", 9_500, 124);
    ensure("replace of a stored record says so", store.replace(&newest).await, &true)?;
    ensure("get hands out what it was replaced by", store.get("old").await, &newest)?;
    ensure("replace of a missing record says so", store.replace(&record("never-stored", 1, 10)).await, &false)?;
    missing(store, "never-stored").await?;
    ensure("has tells a stored record", store.has("old").await, &true)?;
    ensure("from one that is not", store.has("never-stored").await, &false)?;
    ok("put over it", store.put(&newer).await)?;

    // What is refused leaves the store as it was.
    let mut tampered = record("old", 10_000, 50);
    tampered.weights.push(0);
    code("put of a record that fails its hash", store.put(&tampered).await, "IntegrityError")?;
    let mut wordy = record("old", 10_000, 50);
    wordy.meta.task = "x".repeat(super::MAX_CONFIG_BYTES);
    code("put of metadata over their limit", store.put(&wordy).await, "InvalidInput")?;
    let long = "x".repeat(81);
    for name in ["", ".", "..", ".hidden", "a/b", "../a", "a\\b", "a b", "ä", "a\0b", long.as_str()] {
        let mut bad = record("ok", 1, 10);
        bad.meta.name = name.to_owned();
        code(&format!("put under the name {name:?}"), store.put(&bad).await, "InvalidInput")?;
        code(&format!("get of the name {name:?}"), store.get(name).await, "InvalidInput")?;
        code(&format!("delete of the name {name:?}"), store.delete(name).await, "InvalidInput")?;
    }
    ensure("a refused put leaves the old record", store.get("old").await, &newer)?;
    ensure("refused puts are not listed", names().await, &["old", "New.1", "a_tie"])?;

    // Rename.
    code("rename to a name that is taken", store.rename("a_tie", "old").await, "InvalidInput")?;
    code("rename to a bad name", store.rename("a_tie", "a/b").await, "InvalidInput")?;
    code("rename of a missing record", store.rename("never-stored", "free").await, "AdapterNotFound")?;
    ok("rename to its own name", store.rename("a_tie", "a_tie").await)?;
    ok("rename", store.rename("a_tie", "renamed").await)?;
    let mut renamed = tie.clone();
    renamed.meta.name = "renamed".into();
    renamed.meta.memory = None;
    ensure("get under the new name", store.get("renamed").await, &renamed)?;
    missing(store, "a_tie").await?;
    ok("rename back", store.rename("renamed", "a_tie").await)?;
    let own = AdapterRecord { meta: AdapterMeta { memory: None, ..tie.meta.clone() }, ..tie.clone() };
    ensure("what was renamed twice is what it was, and no longer the memory's", store.get("a_tie").await, &own)?;

    // Size and delete.
    let large = record("large", 2_000, 5 << 20);
    ok("put of 5 MiB", store.put(&large).await)?;
    ensure("get of 5 MiB", store.get("large").await, &large)?;
    for name in ["large", "old", "New.1"] {
        ok("delete", store.delete(name).await)?;
        missing(store, name).await?;
    }
    ensure("delete leaves the others", names().await, &["a_tie"])?;
    ok("put after delete", store.put(&new).await)?;
    ensure("get after put after delete", store.get("New.1").await, &new)?;
    ok("delete", store.delete("a_tie").await)?;
    ok("delete", store.delete("New.1").await)?;
    ensure("the store is empty again", names().await, &[""; 0])?;
    check_lessons(store).await
}

/// What people taught, for each menu by itself.
async fn check_lessons(store: &dyn AdapterStore) -> Result<(), String> {
    let lesson = |query: &str| {
        let call =
            ToolCall { name: "f".to_owned(), arguments: serde_json::Map::from_iter([("a".to_owned(), 1.5.into())]) };
        Lesson { query: query.to_owned(), calls: vec![call], source: LessonSource::User, created_ms: 7 }
    };
    let (one, two) = ([lesson("eins \u{1F9EE}"), lesson("zwei")], [lesson("drei")]);
    ensure("nobody taught anything for a new menu", store.lessons("menu-a").await, &[] as &[Lesson])?;
    ok("put of lessons", store.put_lessons("menu-a", &one).await)?;
    ok("put of lessons for another menu", store.put_lessons("menu-b", &two).await)?;
    ensure("lessons come back in their order", store.lessons("menu-a").await, &one[..])?;
    ensure("lessons are not listed as adapters", store.list().await.map(|list| list.len()), &0)?;
    ok("put over lessons", store.put_lessons("menu-a", &two).await)?;
    ensure("new lessons replace the old ones", store.lessons("menu-a").await, &two[..])?;
    let long = [lesson(&"x".repeat(super::MAX_LESSONS_BYTES))];
    code("put of lessons over their limit", store.put_lessons("menu-a", &long).await, "InvalidInput")?;
    code("lessons of a bad menu", store.lessons("a/b").await, "InvalidInput")?;
    code("put of lessons for a bad menu", store.put_lessons("../a", &two).await, "InvalidInput")?;
    ensure("a refused put leaves the lessons", store.lessons("menu-a").await, &two[..])?;
    for menu in ["menu-a", "menu-b"] {
        ok("put of no lessons", store.put_lessons(menu, &[]).await)?;
        ensure("no lessons remove the menu", store.lessons(menu).await, &[] as &[Lesson])?;
    }
    Ok(())
}

/// Stores a record of that name, lets `damage` change one byte of its weights behind the store's back, and checks that
/// the damage is found and the record can be deleted or replaced. Leaves the store without it.
pub async fn check_damage(store: &dyn AdapterStore, damage: impl AsyncFn(&str)) -> Result<(), String> {
    let good = record("damaged", 1_000, 400);
    ok("put", store.put(&good).await)?;
    damage("damaged").await;
    code("get of a damaged record", store.get("damaged").await, "IntegrityError")?;
    ok("a damaged record can be replaced", store.put(&good).await)?;
    ensure("get after the replacement", store.get("damaged").await, &good)?;
    damage("damaged").await;
    ok("a damaged record can be deleted", store.delete("damaged").await)?;
    missing(store, "damaged").await
}

async fn missing(store: &dyn AdapterStore, name: &str) -> Result<(), String> {
    let expected = Error::AdapterNotFound { name: name.to_owned() };
    for found in [store.get(name).await.err(), store.delete(name).await.err()] {
        if found.as_ref() != Some(&expected) {
            return Err(format!("a missing record is AdapterNotFound, not {found:?}"));
        }
    }
    Ok(())
}

fn ok<T>(promise: &str, found: Result<T>) -> Result<T, String> {
    found.map_err(|error| format!("{promise}: {error}"))
}

fn code<T>(promise: &str, found: Result<T>, expected: &str) -> Result<(), String> {
    match found {
        Err(error) if error.code() == expected => Ok(()),
        Err(error) => Err(format!("{promise}: {} instead of {expected}: {error}", error.code())),
        Ok(_) => Err(format!("{promise}: accepted instead of {expected}")),
    }
}

fn ensure<T: PartialEq<E>, E: ?Sized>(promise: &str, found: Result<T>, expected: &E) -> Result<(), String> {
    if ok(promise, found)? == *expected { Ok(()) } else { Err(format!("broken: {promise}")) }
}
