//! Looks for a GPU adapter natively.

use burn::tensor::wgpu::wgpu;

use super::Gpu;

/// The adapter that wgpu would choose, or why there is none.
pub(super) async fn adapter() -> Result<Gpu, String> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let options =
        wgpu::RequestAdapterOptions { power_preference: wgpu::PowerPreference::HighPerformance, ..Default::default() };
    let adapter = instance.request_adapter(&options).await.map_err(|e| format!("no GPU adapter: {e}"))?;
    let info = adapter.get_info();
    Ok(Gpu { name: info.name, software: info.device_type == wgpu::DeviceType::Cpu })
}
