/**
 * Code that no call of the page reaches, though the linker cannot know: it stands in tables of traits, or behind features of dependencies
 * that cannot be switched off. `pattern` is matched with the demangled name of a function; the numbers are bytes before compression.
 */
export const UNUSED = [
  {
    what: 'the parser of the kernel compiler’s text form (kernels are built, never read from text)',
    pattern: /(?<!\w)combine::|[Pp]arsable|canonical_syntax_parse|pliron::.*::parse(?:r|_)|parse_impl|rustc_apfloat.*from_str_r/,
  },
  {
    what: 'quantized tensors of the GPU backend (all weights are read to f32)',
    pattern: /^<?cubek_quant::|cubecl_std::quant::|QTensorOps|QuantizedViewExpand|scheme::compute_q_params|qtensor::new_quantized|burn_std::tensor::quantization::\w+_scales/,
  },
  {
    what: 'fused kernels and tensors of burn as files (nothing of them is stored)',
    pattern: /^<*burn_cubecl_fusion.*(?:Deserialize|Visitor)|DynProvider>::restore|DynFusedOperation>::to_state|impl serde_core::(?:de|ser)::\w+ for (?:burn|cub)/,
  },
  {
    what: 'CBOR, for caches on a disk (a tab has none)',
    pattern: /ciborium/,
  },
  {
    what: 'matrix products by the tensor memory accelerator of one make of GPU (WebGPU has no such thing)',
    pattern: /launch_ref_tma|::async_(?:partial|full)_tma::/,
  },
  {
    what: 'matrix products of f64 (all tensors are f32)',
    pattern: /^<?gemm_f64::/,
  },
];
