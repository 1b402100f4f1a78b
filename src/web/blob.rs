//! Files of the browser: bytes that lie outside of WebAssembly's memory, and are read in ranges.

use std::{borrow::Cow, cell::RefCell, ops::Range};

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, FileReaderSync};

use crate::{
    error::{Error, Result},
    format::bytes::{FileBytes, ReadAt},
};

/// Bytes that wait in JavaScript's memory before the browser takes them.
const PART_BYTES: f64 = (8 << 20) as f64;

/// A file as it comes in, which the browser keeps where it likes: its own memory, or the disk.
#[derive(Default)]
pub struct Incoming {
    whole: Vec<Blob>,
    waiting: Array,
    waiting_bytes: f64,
    /// Bytes so far.
    pub loaded: u64,
}

impl Incoming {
    /// Takes what came.
    ///
    /// # Errors
    /// What the browser throws when it has no room.
    pub fn push(&mut self, part: &Uint8Array) -> std::result::Result<(), JsValue> {
        self.loaded += u64::from(part.length());
        self.waiting_bytes += f64::from(part.length());
        self.waiting.push(part);
        if self.waiting_bytes >= PART_BYTES { self.hand_over() } else { Ok(()) }
    }

    fn hand_over(&mut self) -> std::result::Result<(), JsValue> {
        self.whole.push(Blob::new_with_u8_array_sequence(&self.waiting)?);
        (self.waiting, self.waiting_bytes) = (Array::new(), 0.0);
        Ok(())
    }

    /// All of it.
    ///
    /// # Errors
    /// As [`Incoming::push`].
    pub fn join(mut self) -> std::result::Result<Blob, JsValue> {
        self.hand_over()?;
        Blob::new_with_blob_sequence(&self.whole.into_iter().collect::<Array>())
    }
}

/// The bytes of a file, read when they are asked for. A page's main thread cannot wait for them: there, all are read at once.
///
/// # Errors
/// [`Error::Io`] that names `path`.
pub async fn bytes_of(blob: Blob, path: &str) -> Result<FileBytes> {
    match FileReaderSync::new() {
        Ok(reader) => Ok(FileBytes::new(InBrowser { blob, reader, path: path.to_owned(), spare: RefCell::default() })),
        Err(_) => Ok(all_of(&blob, path).await?.into()),
    }
}

/// All bytes of a file that is not large.
///
/// # Errors
/// [`Error::Io`] that names `path`.
pub async fn all_of(blob: &Blob, path: &str) -> Result<Vec<u8>> {
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(|error| failure(path, &error))?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

#[derive(Debug)]
struct InBrowser {
    blob: Blob,
    reader: FileReaderSync,
    path: String,
    /// Memory of an earlier reading.
    spare: RefCell<Vec<u8>>,
}

impl ReadAt for InBrowser {
    fn len(&self) -> u64 {
        self.blob.size() as u64
    }

    fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>> {
        // A slice that ends behind the file is shorter, which the caller sees.
        let slice = self.blob.slice_with_f64_and_f64(range.start as f64, range.end as f64);
        let buffer = slice.and_then(|slice| self.reader.read_as_array_buffer(&slice));
        let buffer = buffer.map_err(|error| failure(&self.path, &error))?;
        let (view, mut bytes) = (Uint8Array::new(&buffer), self.spare.take());
        bytes.resize(view.length() as usize, 0);
        view.copy_to(&mut bytes);
        Ok(Cow::Owned(bytes))
    }

    fn recycle(&self, bytes: Vec<u8>) {
        if bytes.capacity() > self.spare.borrow().capacity() {
            self.spare.replace(bytes);
        }
    }
}

fn failure(path: &str, error: &JsValue) -> Error {
    let error =
        error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |error| String::from(error.message()));
    Error::Io { path: path.to_owned(), reason: format!("it cannot be read: {error}") }
}
