//! Running out of memory as an error that a page can read, where Rust would only stop the module.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    fmt::{self, Write},
};

/// Bytes of a page of WebAssembly's memory.
const PAGE: usize = 1 << 16;
/// Bytes that WebAssembly can address.
const LIMIT: u64 = 1 << 32;

/// A short text for which no memory is needed; what does not fit is cut off.
struct Line {
    bytes: [u8; 256],
    len: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (place, byte) in self.bytes.iter_mut().skip(self.len).zip(text.bytes()) {
            *place = byte;
            self.len += 1;
        }
        Ok(())
    }
}

/// Throws an error of JavaScript, which ends what runs. Its message begins with the code, by which the page knows it.
fn out_of_memory(asked: usize) -> ! {
    let held = core::arch::wasm32::memory_size(0) * PAGE;
    let mut line = Line { bytes: [0; 256], len: 0 };
    let _ = write!(
        line,
        "OutOfMemory: {asked} bytes were asked for; the agent holds {held}, and WebAssembly's memory ends at {LIMIT}, or where \
         the browser has no more: use a smaller model, or a shorter menu"
    );
    let text = line.bytes.get(..line.len).unwrap_or_default();
    wasm_bindgen::throw_str(std::str::from_utf8(text).unwrap_or("OutOfMemory"))
}

/// The system's allocator, which says when there is no memory. The agent's worker ends then, and a new one can be made.
struct Telling;

#[global_allocator]
static ALLOCATOR: Telling = Telling;

fn told(memory: *mut u8, asked: usize) -> *mut u8 {
    if memory.is_null() {
        out_of_memory(asked);
    }
    memory
}

// SAFETY: every call goes to `System` with the caller's arguments unchanged, and its answer comes back unchanged; `told` only
// looks at it, and what it calls for null allocates nothing and does not return.
unsafe impl GlobalAlloc for Telling {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that `System` asks for.
        told(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        told(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        told(unsafe { System.realloc(memory, layout, size) }, size)
    }
}
