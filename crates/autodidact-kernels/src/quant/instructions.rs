//! What products are computed with.

/// What the product is computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// Plain Rust.
    Scalar,
    /// WebAssembly's SIMD.
    #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
    Simd128,
    /// ARM's NEON.
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    Neon,
    /// ARM's NEON with dot products.
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    Dotprod(super::arm::dotprod::Dotprod),
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(super::x86::Avx2),
    /// AVX-512 with VNNI, on 256 bits.
    #[cfg(target_arch = "x86_64")]
    Vnni(super::x86::Vnni),
    /// The tile registers of AMX for 16 tokens and more, and AVX-512 with VNNI for fewer.
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    AmxInt8(super::amx::AmxInt8),
}

impl Instructions {
    /// All of this machine, the fastest last; whether AMX is, [`Instructions::detect`] finds out.
    pub fn all() -> Vec<Self> {
        #[allow(unused_mut, reason = "some machines have no others")]
        let mut all = vec![Self::Scalar];
        #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
        all.push(Self::Simd128);
        #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
        {
            all.push(Self::Neon);
            all.extend(super::arm::dotprod::Dotprod::detect().map(Self::Dotprod));
        }
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(super::x86::Avx2::detect().map(Self::Avx2));
            all.extend(super::x86::Vnni::detect().map(Self::Vnni));
        }
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        all.extend(super::amx::AmxInt8::detect().map(Self::AmxInt8));
        all
    }

    /// AMX on a processor that was not asked for it, for tests that imitate its tile registers. `None` where even
    /// AVX-512 (F, BW, VL, VNNI) is missing.
    ///
    /// # Safety
    /// Something must execute the instructions of AMX-TILE and AMX-INT8: the processor, or a handler of `SIGILL`.
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    #[doc(hidden)]
    pub unsafe fn assume_tiles() -> Option<Self> {
        // SAFETY: the caller vouches for the instructions.
        unsafe { super::amx::AmxInt8::assume_tiles() }.map(Self::AmxInt8)
    }
}
