//! Adapters in the browser's IndexedDB, from a page or a dedicated worker, with several tabs at once.
//!
//! Two object stores, keyed by the adapter's name: `metadata` holds [`AdapterMeta`] as an object, `blobs` holds
//! `{config, weights}` as byte arrays. A third, `lessons`, holds the lessons of a menu as a list, keyed by the menu. A put writes both in one transaction, so that a tab that dies leaves both old or
//! both new. All requests of a transaction are made at once and its end is awaited, not each request's: a transaction
//! closes by itself as soon as nothing is asked of it, whatever the executor does meanwhile.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use async_trait::async_trait;
use idb::event::VersionChangeEvent;
use idb::{Database, DatabaseEvent, Event as _, Factory, ObjectStoreParams, Request, Transaction, TransactionMode};
use js_sys::{JSON, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbTransaction};

use super::record::check_size;
use super::{
    AdapterMeta, AdapterRecord, AdapterStore, Lesson, MAX_CONFIG_BYTES, MAX_WEIGHTS_BYTES, lessons, sort, validate_name,
};
use crate::error::{Error, Result};

/// Version of the schema; every change of it adds a step to [`migrate`].
const VERSION: u32 = 2;
const METADATA: &str = "metadata";
const BLOBS: &str = "blobs";
const LESSONS: &str = "lessons";
const BOTH: [&str; 2] = [METADATA, BLOBS];

/// Adapters in a database of the page's origin.
#[derive(Debug)]
pub struct IndexedDbStore {
    name: String,
    connection: RefCell<Option<Connection>>,
}

/// An open database, and whether the browser has closed it since.
#[derive(Debug, Clone)]
struct Connection {
    database: Rc<Database>,
    closed: Rc<Cell<bool>>,
}

impl IndexedDbStore {
    /// Opens the database of that name, makes it where it is missing, and brings an older one to this version.
    ///
    /// # Errors
    /// `StorageError` when the browser has no IndexedDB or refuses it, or when a newer version of the page has upgraded
    /// the database; `QuotaExceeded`.
    pub async fn open(db_name: &str) -> Result<Self> {
        let store = Self { name: db_name.to_owned(), connection: RefCell::new(None) };
        store.connection().await?;
        Ok(store)
    }

    /// The open database. It is opened again after another tab has deleted or upgraded it, or the browser has closed it.
    async fn connection(&self) -> Result<Rc<Database>> {
        let open = self.connection.borrow().clone();
        if let Some(connection) = open.filter(|c| !c.closed.get()) {
            return Ok(connection.database);
        }
        let connection = connect(&self.name).await?;
        let database = connection.database.clone();
        // A call beside this one may have opened it meanwhile: either serves, and the one not kept is closed.
        if let Some(other) = self.connection.borrow_mut().replace(connection).filter(|c| !c.closed.get()) {
            other.database.close();
        }
        Ok(database)
    }

    async fn transaction(&self, stores: &[&str], mode: TransactionMode) -> Result<Transaction> {
        self.connection().await?.transaction(stores, mode).map_err(|error| failure(&error))
    }
}

impl Drop for IndexedDbStore {
    fn drop(&mut self) {
        // Lets running transactions finish.
        if let Some(connection) = self.connection.get_mut() {
            connection.database.close();
        }
    }
}

async fn connect(name: &str) -> Result<Connection> {
    let factory =
        Factory::new().map_err(|_| Error::Storage { reason: "this browser offers no IndexedDB".to_owned() })?;
    let mut request = factory.open(name, Some(VERSION)).map_err(|error| failure(&error))?;
    let broken = Rc::new(RefCell::new(None));
    let slot = broken.clone();
    request.on_upgrade_needed(move |event| {
        if let Err(error) = upgrade(&event) {
            *slot.borrow_mut() = Some(failure(&error));
            // Without this the database would stay at the new version with half a schema.
            if let Some(transaction) = event.target().ok().and_then(|request| request.transaction()) {
                let _ = transaction.abort();
            }
        }
    });
    let opened = request.await;
    if let Some(error) = broken.borrow_mut().take() {
        return Err(error);
    }
    let mut database = opened.map_err(|error| failure(&error))?;
    let closed = Rc::new(Cell::new(false));
    let flag = closed.clone();
    database.on_version_change(move |event| {
        // Another tab deletes or upgrades the database and waits for this connection to close.
        flag.set(true);
        if let Some(database) = event.target().and_then(|target| Database::try_from(target).ok()) {
            database.close();
        }
    });
    let flag = closed.clone();
    database.on_close(move |_| flag.set(true));
    Ok(Connection { database: Rc::new(database), closed })
}

fn upgrade(event: &VersionChangeEvent) -> Result<(), idb::Error> {
    migrate(&event.database()?, event.old_version()?)
}

/// Brings a database from version `from` (0 = new) to [`VERSION`], one step a version. Runs inside the upgrade's own
/// transaction: an error leaves the database as it was.
fn migrate(database: &Database, from: u32) -> Result<(), idb::Error> {
    if from < 1 {
        for store in BOTH {
            database.create_object_store(store, ObjectStoreParams::new())?;
        }
    }
    if from < 2 {
        database.create_object_store(LESSONS, ObjectStoreParams::new())?;
    }
    Ok(())
}

/// A record as the two object stores hold it.
struct Values {
    key: JsValue,
    meta: JsValue,
    blob: JsValue,
}

impl Values {
    fn of(record: &AdapterRecord) -> Result<Self> {
        let key = JsValue::from_str(&record.meta.name);
        let meta = JSON::parse(&record.meta.to_json()?).map_err(|error| js_failure(&error))?;
        let blob = Object::new();
        for (field, bytes) in [("config", &record.config), ("weights", &record.weights)] {
            Reflect::set(&blob, &field.into(), &Uint8Array::from(bytes.as_slice())).map_err(|e| js_failure(&e))?;
        }
        Ok(Self { key, meta, blob: blob.into() })
    }

    fn write(&self, transaction: &Transaction) -> Result<(), idb::Error> {
        for (store, value) in [(METADATA, &self.meta), (BLOBS, &self.blob)] {
            transaction.object_store(store)?.put(value, Some(&self.key))?;
        }
        Ok(())
    }
}

#[async_trait(?Send)]
impl AdapterStore for IndexedDbStore {
    async fn put(&self, record: &AdapterRecord) -> Result<()> {
        record.verify()?;
        let values = Values::of(record)?;
        let transaction = self.transaction(&BOTH, TransactionMode::ReadWrite).await?;
        let written = values.write(&transaction);
        end(transaction, written).await
    }

    async fn replace(&self, record: &AdapterRecord) -> Result<bool> {
        record.verify()?;
        let values = Values::of(record)?;
        let transaction = self.transaction(&BOTH, TransactionMode::ReadWrite).await?;
        let count = transaction
            .object_store(METADATA)
            .and_then(|store| store.count(Some(values.key.clone().into())))
            .map_err(|error| failure(&error))?;
        // What follows runs before the event that ends this wait is over, so that the transaction is still open.
        if count.await.map_err(|error| failure(&error))? == 0 {
            return Ok(false);
        }
        let written = values.write(&transaction);
        end(transaction, written).await.map(|()| true)
    }

    async fn get(&self, name: &str) -> Result<AdapterRecord> {
        validate_name(name)?;
        let transaction = self.transaction(&BOTH, TransactionMode::ReadOnly).await?;
        let read = |store: &str| transaction.object_store(store)?.get(JsValue::from_str(name));
        let requests = read(METADATA).and_then(|meta| Ok((meta, read(BLOBS)?)));
        // Both listen before either is awaited. A large value is still being read when the transaction says that it is
        // complete, so it is the requests that are waited for.
        let (meta, blob) = requests.map_err(|error| failure(&error))?;
        let (meta, blob) = (meta.into_future(), blob.into_future());
        let meta = meta.await.map_err(|error| failure(&error))?;
        let blob = blob.await.map_err(|error| failure(&error))?.unwrap_or(JsValue::UNDEFINED);
        let Some(meta) = meta.filter(|meta| !meta.is_undefined()) else {
            return Err(Error::AdapterNotFound { name: name.to_owned() });
        };
        let meta = decode_meta(name, &meta)?;
        let config = decode_bytes(name, &blob, "config", MAX_CONFIG_BYTES)?;
        let weights = decode_bytes(name, &blob, "weights", MAX_WEIGHTS_BYTES)?;
        let record = AdapterRecord { meta, config, weights };
        record.verify()?;
        Ok(record)
    }

    async fn list(&self) -> Result<Vec<AdapterMeta>> {
        let transaction = self.transaction(&[METADATA], TransactionMode::ReadOnly).await?;
        let requests = transaction
            .object_store(METADATA)
            .and_then(|store| Ok((store.get_all_keys(None, None)?, store.get_all(None, None)?)));
        let (keys, values) = requests.map_err(|error| failure(&error))?;
        let (keys, values) = (keys.into_future(), values.into_future());
        let keys = keys.await.map_err(|error| failure(&error))?;
        let values = values.await.map_err(|error| failure(&error))?;
        let metas = keys.iter().zip(values.iter()).map(|(k, v)| decode_meta(&k.as_string().unwrap_or_default(), v));
        let mut list = metas.collect::<Result<Vec<_>>>()?;
        sort(&mut list);
        Ok(list)
    }

    async fn lessons(&self, menu: &str) -> Result<Vec<Lesson>> {
        validate_name(menu)?;
        let transaction = self.transaction(&[LESSONS], TransactionMode::ReadOnly).await?;
        let request = transaction.object_store(LESSONS).and_then(|store| store.get(JsValue::from_str(menu)));
        let value = request.map_err(|error| failure(&error))?.into_future().await.map_err(|error| failure(&error))?;
        let Some(value) = value.filter(|value| !value.is_undefined()) else { return Ok(Vec::new()) };
        let what = format!("lessons for the menu `{menu}`");
        let json = JSON::stringify(&value).ok().and_then(|json| json.as_string()).unwrap_or_default();
        lessons::from_json(json.as_bytes(), &what)
    }

    async fn put_lessons(&self, menu: &str, lessons: &[Lesson]) -> Result<()> {
        validate_name(menu)?;
        let key = JsValue::from_str(menu);
        let value = JSON::parse(&lessons::to_json(lessons)?).map_err(|error| js_failure(&error))?;
        let transaction = self.transaction(&[LESSONS], TransactionMode::ReadWrite).await?;
        let written = transaction.object_store(LESSONS).and_then(|store| {
            if lessons.is_empty() { store.delete(key).map(|_| ()) } else { store.put(&value, Some(&key)).map(|_| ()) }
        });
        end(transaction, written).await
    }

    async fn delete(&self, name: &str) -> Result<()> {
        validate_name(name)?;
        let key = JsValue::from_str(name);
        let transaction = self.transaction(&BOTH, TransactionMode::ReadWrite).await?;
        let requests = transaction.object_store(METADATA).and_then(|metadata| {
            let count = metadata.count(Some(key.clone().into()))?;
            metadata.delete(key.clone())?;
            transaction.object_store(BLOBS)?.delete(key.clone())?;
            Ok(count)
        });
        let count = end(transaction, requests).await?.result().map_err(|error| failure(&error))?;
        if count.as_f64() == Some(0.0) {
            return Err(Error::AdapterNotFound { name: name.to_owned() });
        }
        Ok(())
    }
}

/// Commits the transaction and waits until it is done, then hands out `requests`; undoes it when they could not be made.
async fn end<T>(transaction: Transaction, requests: Result<T, idb::Error>) -> Result<T> {
    let requests = match requests {
        Ok(requests) => requests,
        Err(error) => {
            // The first error is the one to tell; a transaction that is over already cannot be aborted.
            let _ = transaction.abort();
            return Err(failure(&error));
        }
    };
    let raw = IdbTransaction::from(transaction);
    let done = Promise::new(&mut |complete, abort| {
        raw.set_oncomplete(Some(&complete));
        raw.set_onabort(Some(&abort));
    });
    // A transaction that cannot be committed has failed already, and its abort event says why.
    let _ = Transaction::from(raw.clone()).commit();
    match JsFuture::from(done).await {
        Ok(_) => Ok(requests),
        // Neither a failed request nor a full disk is an error event of the transaction: the reason is kept here.
        Err(_) => Err(raw.error().map_or_else(
            || Error::Storage { reason: "the browser aborted the transaction".to_owned() },
            |exception| js_failure(&exception),
        )),
    }
}

fn damaged(name: &str, reason: impl Into<String>) -> Error {
    Error::Integrity { what: format!("adapter `{name}`"), reason: reason.into() }
}

fn decode_meta(name: &str, value: &JsValue) -> Result<AdapterMeta> {
    let json = JSON::stringify(value).ok().and_then(|json| json.as_string());
    let json = json.ok_or_else(|| damaged(name, "its metadata are not an object"))?;
    let meta = AdapterMeta::from_json(json.as_bytes(), &format!("adapter `{name}`"))?;
    if meta.name != name {
        return Err(damaged(name, format!("its metadata are of an adapter `{}`", meta.name)));
    }
    Ok(meta)
}

fn decode_bytes(name: &str, blob: &JsValue, field: &str, limit: usize) -> Result<Vec<u8>> {
    let bytes = Reflect::get(blob, &field.into()).ok().and_then(|value| value.dyn_into::<Uint8Array>().ok());
    let bytes = bytes.ok_or_else(|| damaged(name, format!("its {field} is missing")))?;
    check_size(&format!("{field} of adapter `{name}`"), bytes.length() as usize, limit)?;
    Ok(bytes.to_vec())
}

/// What IndexedDB threw or reported, as one of ours.
fn failure(error: &idb::Error) -> Error {
    use idb::Error as E;
    match error {
        E::DomException(exception) => js_failure(exception),
        E::UpdateFailed(v) | E::DeleteFailed(v) | E::GetFailed(v) | E::CountFailed(v) | E::GetAllKeysFailed(v) => {
            js_failure(v)
        }
        E::TransactionOpenFailed(v) | E::IndexedDbOpenFailed(v) | E::ObjectStoreNotFound(v) => js_failure(v),
        other => Error::Storage { reason: other.to_string() },
    }
}

fn js_failure(error: &JsValue) -> Error {
    let Some(exception) = error.dyn_ref::<DomException>() else {
        return Error::Storage { reason: format!("{error:?}") };
    };
    let reason = format!("IndexedDB: {}: {}", exception.name(), exception.message());
    match exception.name().as_str() {
        "QuotaExceededError" => Error::QuotaExceeded { reason },
        "VersionError" => {
            Error::Storage { reason: format!("{reason}; a newer version of this page has used it: reload the page") }
        }
        _ => Error::Storage { reason },
    }
}
