//! Tests of the safetensors reader and writer.

use safetensors::tensor::TensorView;

use safetensors::SafeTensors;

use super::*;

fn sample() -> (BTreeMap<String, HostTensor>, BTreeMap<String, String>) {
    let tensors = BTreeMap::from([
        ("b".to_owned(), HostTensor { shape: vec![2, 3], data: vec![1.0, -2.5, 0.0, f32::MAX, 1e-40, -0.0] }),
        ("a".to_owned(), HostTensor { shape: vec![], data: vec![7.0] }),
        ("empty".to_owned(), HostTensor { shape: vec![0, 4], data: vec![] }),
    ]);
    let metadata = BTreeMap::from([("format".to_owned(), "pt".to_owned()), ("k \"ü\"".to_owned(), "v\n".to_owned())]);
    (tensors, metadata)
}

#[test]
fn writes_what_it_and_the_crate_read() {
    let (tensors, metadata) = sample();
    let bytes = write(&tensors, &metadata).unwrap();
    assert_eq!(read(&bytes).unwrap(), HostFile { tensors: tensors.clone(), metadata: metadata.clone() });
    assert_eq!(bytes, write(&tensors, &metadata).unwrap());
    let other = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(other.tensor("b").unwrap().shape(), [2, 3]);
    assert_eq!((8 + header_length(&bytes, bytes.len() as u64).unwrap()) % 8, 0);
}

#[test]
fn decodes_half_types_lazily_and_refuses_others() {
    let bf: Vec<u8> = [1.5f32, -3.0].iter().flat_map(|x| bf16::from_f32(*x).to_le_bytes()).collect();
    let hf: Vec<u8> = [0.25f32, 65504.0].iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect();
    let views = [
        ("bf", TensorView::new(Dtype::BF16, vec![2], &bf).unwrap()),
        ("hf", TensorView::new(Dtype::F16, vec![1, 2], &hf).unwrap()),
        ("ids", TensorView::new(Dtype::I64, vec![1], &[0; 8]).unwrap()),
    ];
    let bytes = safetensors::serialize(views, None).unwrap();
    let file = SafetensorsFile::parse(&bytes).unwrap();
    assert_eq!(file.to_f32("bf").unwrap(), [1.5, -3.0]);
    assert_eq!(file.to_host("hf").unwrap(), HostTensor { shape: vec![1, 2], data: vec![0.25, 65504.0] });
    assert_eq!((file.shape("hf"), file.dtype("ids")), (Some([1, 2].as_slice()), Some(Dtype::I64)));
    assert_eq!(file.to_f32("ids").unwrap_err().code(), "UnsupportedDtype");
    assert_eq!(file.to_f32("none").unwrap_err().code(), "MissingTensor");
    assert_eq!(file.bytes("bf").unwrap(), bf);
    assert!(file.metadata().is_empty() && file.contains("bf") && !file.contains("none"));
    assert_eq!(read(&bytes).unwrap_err().code(), "UnsupportedDtype");
}

/// A file of that header and `data` zero bytes.
fn file(header: &str, data: usize) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; data]].concat()
}

#[test]
fn refuses_hostile_headers() {
    let tensor =
        |shape: &str, offsets: &str| format!(r#"{{"t":{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}}}}}"#);
    assert!(read(&file(&tensor("[2]", "[0,8]"), 8)).is_ok());
    let bad = [
        vec![],
        vec![1, 2, 3],
        [&u64::MAX.to_le_bytes()[..], b"{}"].concat(),
        [&(MAX_HEADER_BYTES as u64 + 1).to_le_bytes()[..], b"{}"].concat(),
        [&100_u64.to_le_bytes()[..], b"{}"].concat(),
        file("", 0),
        file("{\"", 0),
        file("\u{0}\u{0}", 0),
        file("[]", 0),
        file(&tensor("[2]", "[0,8]"), 7),
        file(&tensor("[2]", "[0,8]"), 9),
        file(&tensor("[2]", "[4,12]"), 12),
        file(&tensor("[2]", "[8,0]"), 8),
        file(&tensor("[3]", "[0,8]"), 8),
        file(&tensor("[-1]", "[0,8]"), 8),
        file(&tensor("[4294967296,4294967296,4294967296]", "[0,8]"), 8),
        file(&tensor("[2]", "[0,18446744073709551615]"), 8),
        file(&tensor("[2]", "[0,8]").replace("F32", "Q9"), 8),
        file(&format!("{{\"__metadata__\":{{\"a\":1}},{}", &tensor("[2]", "[0,8]")[1..]), 8),
    ];
    for bytes in bad {
        assert_eq!(read(&bytes).unwrap_err().code(), "IntegrityError", "{:?}", String::from_utf8_lossy(&bytes));
    }
    assert!(HostTensor::new(vec![2, 2], vec![0.0; 3]).is_err());
    let misfit = BTreeMap::from([("t".to_owned(), HostTensor { shape: vec![3], data: vec![0.0] })]);
    assert_eq!(write(&misfit, &BTreeMap::new()).unwrap_err().code(), "InvalidInput");
}

#[test]
fn no_truncation_or_flipped_bit_panics() {
    let (tensors, metadata) = sample();
    let bytes = write(&tensors, &metadata).unwrap();
    for end in 0..bytes.len() {
        assert_eq!(read(&bytes[..end]).unwrap_err().code(), "IntegrityError");
    }
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let _ = read(&flipped);
    }
}
