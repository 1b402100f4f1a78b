//! The IndexedDB home in a real browser: the suite of all homes, several tabs, a full disk, damage, and worse.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]
#![cfg(target_family = "wasm")]

use autodidact::storage::{AdapterStore, IndexedDbStore, contract};
use idb::{Database, Factory, TransactionMode};
use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// An empty database of that name.
async fn fresh(name: &str) -> IndexedDbStore {
    Factory::new().unwrap().delete(name).unwrap().await.unwrap();
    IndexedDbStore::open(name).await.unwrap()
}

async fn raw(name: &str, version: Option<u32>) -> Database {
    Factory::new().unwrap().open(name, version).unwrap().await.unwrap()
}

/// Writes a value behind the store's back.
async fn plant(database: &str, store: &str, key: &str, change: impl FnOnce(JsValue) -> JsValue) {
    let database = raw(database, None).await;
    let key = JsValue::from_str(key);
    let read = database.transaction(&[store], TransactionMode::ReadOnly).unwrap();
    let value = read.object_store(store).unwrap().get(key.clone()).unwrap().await.unwrap().unwrap();
    let write = database.transaction(&[store], TransactionMode::ReadWrite).unwrap();
    write.object_store(store).unwrap().put(&change(value), Some(&key)).unwrap().await.unwrap();
    write.commit().unwrap().await.unwrap();
    database.close();
}

/// Runs JavaScript of the test and hands out what undoes it.
fn script(body: &str) -> Function {
    Function::new_no_args(body).call0(&JsValue::NULL).unwrap().into()
}

/// Calls the function that [`script`] handed out.
fn undo(function: &Function) {
    function.call0(&JsValue::NULL).unwrap();
}

#[wasm_bindgen_test]
async fn keeps_the_contract() {
    let store = fresh("contract").await;
    contract::check(&store).await.unwrap();
    let damage = async |name: &str| {
        let flip = |blob: JsValue| {
            let weights = Uint8Array::from(Reflect::get(&blob, &"weights".into()).unwrap());
            weights.set_index(7, weights.get_index(7) ^ 1);
            blob
        };
        plant("contract", "blobs", name, flip).await;
    };
    contract::check_damage(&store, damage).await.unwrap();
}

#[wasm_bindgen_test]
async fn survives_a_new_start_and_shows_in_every_tab() {
    let (first, record) = (fresh("tabs").await, contract::record("x", 1, 500));
    let second = IndexedDbStore::open("tabs").await.unwrap();
    first.put(&record).await.unwrap();
    assert_eq!(second.get("x").await.unwrap(), record);
    drop((first, second));
    let third = IndexedDbStore::open("tabs").await.unwrap();
    assert_eq!(third.list().await.unwrap(), [record.meta]);
}

#[wasm_bindgen_test]
async fn gives_way_to_another_tab_that_deletes_all() {
    let (store, record) = (fresh("cleared").await, contract::record("x", 1, 500));
    store.put(&record).await.unwrap();
    // Would wait for ever if the store kept its connection.
    Factory::new().unwrap().delete("cleared").unwrap().await.unwrap();
    assert_eq!(store.list().await.unwrap(), []);
    store.put(&record).await.unwrap();
    assert_eq!(store.get("x").await.unwrap(), record);
}

#[wasm_bindgen_test]
async fn tells_when_a_newer_page_has_upgraded() {
    let store = fresh("newer").await;
    raw("newer", Some(1_000)).await.close();
    for error in [store.list().await.err(), IndexedDbStore::open("newer").await.err()] {
        let error = error.unwrap();
        assert!(error.code() == "StorageError" && error.to_string().contains("reload"), "{error}");
    }
}

#[wasm_bindgen_test]
async fn names_a_damaged_record() {
    let store = fresh("damaged").await;
    for (field, value) in [("bytes", JsValue::from(1)), ("name", "y".into()), ("rank", "eight".into())] {
        store.put(&contract::record("x", 1, 500)).await.unwrap();
        let change = |meta: JsValue| {
            Reflect::set(&meta, &field.into(), &value).unwrap();
            meta
        };
        plant("damaged", "metadata", "x", change).await;
        let error = store.get("x").await.unwrap_err();
        assert!(error.code() == "IntegrityError" && error.to_string().contains("`x`"), "{error}");
    }
    assert!(store.list().await.unwrap_err().to_string().contains("`x`"));
    store.delete("x").await.unwrap();
    store.put(&contract::record("x", 1, 500)).await.unwrap();
    plant("damaged", "blobs", "x", |_| JsValue::from_str("no object")).await;
    assert_eq!(store.get("x").await.unwrap_err().code(), "IntegrityError");
}

/// The browser reports a full disk from `put` itself, or when the transaction ends.
#[wasm_bindgen_test]
async fn a_full_disk_is_quota_exceeded_and_keeps_the_old_record() {
    let at_put = "const p = IDBObjectStore.prototype, put = p.put;
        p.put = function (...a) {
            if (this.name === 'blobs') throw new DOMException('no room', 'QuotaExceededError');
            return put.apply(this, a);
        };
        return () => { p.put = put; };";
    let at_end = "const p = IDBTransaction.prototype, commit = p.commit;
        const error = Object.getOwnPropertyDescriptor(p, 'error');
        p.commit = function () { if (this.mode === 'readwrite') this.abort(); else commit.call(this); };
        Object.defineProperty(p, 'error', {configurable: true, get: () => new DOMException('no room', 'QuotaExceededError')});
        return () => { p.commit = commit; Object.defineProperty(p, 'error', error); };";
    let (store, old) = (fresh("full").await, contract::record("x", 1, 500));
    store.put(&old).await.unwrap();
    for body in [at_put, at_end] {
        let restore = script(body);
        let error = store.put(&contract::record("x", 2, 600)).await.unwrap_err();
        undo(&restore);
        assert!(error.is_quota_exceeded() && error.to_string().contains("no room"), "{error}");
        assert_eq!(store.get("x").await.unwrap(), old);
        assert_eq!(store.list().await.unwrap(), std::slice::from_ref(&old.meta));
    }
    store.put(&contract::record("x", 3, 600)).await.unwrap();
}

/// A transaction that the browser aborts without a reason.
#[wasm_bindgen_test]
async fn an_aborted_put_changes_nothing() {
    let (store, old) = (fresh("aborted").await, contract::record("x", 1, 500));
    store.put(&old).await.unwrap();
    let restore = script(
        "const p = IDBTransaction.prototype, commit = p.commit;
        p.commit = function () { this.abort(); };
        return () => { p.commit = commit; };",
    );
    let put = store.put(&contract::record("x", 2, 600)).await;
    let delete = store.delete("x").await;
    undo(&restore);
    assert_eq!((put.unwrap_err().code(), delete.unwrap_err().code()), ("StorageError", "StorageError"));
    assert_eq!(store.get("x").await.unwrap(), old);
}

#[wasm_bindgen_test]
async fn calls_side_by_side_do_not_mix() {
    let store = fresh("parallel").await;
    // Closes the connection, so that all calls open it again at once.
    Factory::new().unwrap().delete("parallel").unwrap().await.unwrap();
    let records: Vec<_> = (0..8).map(|i| contract::record(&format!("r{i}"), i, 10_000)).collect();
    let puts = records.iter().map(|record| store.put(record));
    for result in futures_util::future::join_all(puts).await {
        result.unwrap();
    }
    for record in &records {
        assert_eq!(store.get(&record.meta.name).await.unwrap(), *record);
    }
    assert_eq!(store.list().await.unwrap().len(), 8);
}
