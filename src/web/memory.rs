//! Running out of memory as an error that a page can read, where Rust would only stop the module.

use std::alloc::{GlobalAlloc, Layout, System};

use wasm_bindgen::prelude::*;

/// Bytes of a page of WebAssembly's memory.
const PAGE: usize = 1 << 16;

#[wasm_bindgen(inline_js = r#"
export function out_of_memory(asked, held) {
  const error = new Error(`OutOfMemory: ${asked} bytes were asked for; the agent holds ${held}, and WebAssembly's memory ends at ` +
    '4294967296, or where the browser has no more: use a smaller model, or a shorter menu');
  error.code = 'OutOfMemory';
  throw error;
}
"#)]
extern "C" {
    /// Throws, and never returns. The numbers are bytes.
    fn out_of_memory(asked: f64, held: f64);
}

/// The system's allocator, which says when there is no memory. The agent's worker ends then, and a new one can be made.
struct Telling;

#[global_allocator]
static ALLOCATOR: Telling = Telling;

fn told(memory: *mut u8, asked: usize) -> *mut u8 {
    if memory.is_null() {
        out_of_memory(asked as f64, (core::arch::wasm32::memory_size(0) * PAGE) as f64);
    }
    memory
}

// SAFETY: every call goes to `System` with the caller's arguments unchanged, and its answer comes back unchanged; `told` only
// looks at it, and the call that it may make allocates nothing on this side.
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
