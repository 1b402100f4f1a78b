//! In place of the probes in native builds without the feature `gpu`.

use super::Gpu;

/// Why this build finds no adapter.
pub(super) const NO_GPU: &str = "this program was built without a GPU backend; build it with `--features gpu`";

/// Always an error: this build has no GPU backend.
pub(super) async fn adapter() -> Result<Gpu, String> {
    Err(NO_GPU.into())
}
