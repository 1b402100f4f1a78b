//! Tests of the folder store: the contract, crashes at every point, a full disk.

use futures_lite::future::block_on;

use super::super::contract;
use super::*;

fn names(store: &FolderStore) -> Vec<String> {
    block_on(store.list()).unwrap().into_iter().map(|meta| meta.name).collect()
}

#[test]
fn keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::open(folder.path().join("a/b")).unwrap();
    block_on(contract::check(&store)).unwrap();
    let damage = async |name: &str| {
        let path = store.path(name).unwrap().join(WEIGHTS_FILE);
        let mut bytes = fs::read(&path).unwrap();
        bytes[7] ^= 1;
        fs::write(&path, bytes).unwrap();
    };
    block_on(contract::check_damage(&store, damage)).unwrap();
    assert_eq!(store.entries().unwrap(), [""; 0], "nothing hidden stays");
}

#[test]
fn a_sub_folder_is_a_peft_directory_and_survives_a_new_start() {
    let folder = tempfile::tempdir().unwrap();
    let record = contract::record("one", 5, 100);
    block_on(FolderStore::open(folder.path()).unwrap().put(&record)).unwrap();
    assert_eq!(fs::read(folder.path().join("one/adapter_config.json")).unwrap(), record.config);
    assert_eq!(fs::read(folder.path().join("one/adapter_model.safetensors")).unwrap(), record.weights);
    // What is not ours is neither listed nor touched.
    fs::create_dir(folder.path().join("other")).unwrap();
    fs::create_dir(folder.path().join("not a name")).unwrap();
    fs::write(folder.path().join("file"), b"x").unwrap();
    for hidden in [".old-site", ".new-site", ".del-site", ".old-my site"] {
        fs::create_dir(folder.path().join(hidden)).unwrap();
        fs::write(folder.path().join(hidden).join("index.html"), b"x").unwrap();
    }
    let store = FolderStore::open(folder.path()).unwrap();
    assert_eq!(names(&store), ["one"]);
    assert_eq!(block_on(store.get("one")).unwrap(), record);
    assert_eq!(block_on(store.delete("other")).unwrap_err().code(), "AdapterNotFound");
    assert_eq!(block_on(store.put(&contract::record("other", 5, 9))).unwrap_err().code(), "StorageError");
    assert!(folder.path().join("other").exists());
    assert_eq!(block_on(store.put(&contract::record("site", 5, 9))).unwrap_err().code(), "StorageError");
    for hidden in [".old-site", ".new-site", ".del-site", ".old-my site"] {
        assert!(folder.path().join(hidden).join("index.html").exists(), "{hidden}");
    }
    assert!(!folder.path().join("site").exists());
}

/// Every state that a crash in `put` or `delete` can leave, by the folders it leaves.
#[test]
fn a_crash_leaves_the_old_record_or_the_new_one() {
    let (old, new) = (contract::record("x", 1, 50), contract::record("x", 2, 60));
    // (folders left behind, what get must find after the next open)
    let states = [
        (vec![("x", &old, true), (".new-x", &new, false)], Some(&old)),
        (vec![("x", &old, true), (".new-x", &new, true)], Some(&old)),
        (vec![(".old-x", &old, true), (".new-x", &new, true)], Some(&old)),
        (vec![(".old-x", &old, true), ("x", &new, true)], Some(&new)),
        (vec![(".old-x", &old, false), ("x", &new, true)], Some(&new)),
        (vec![(".new-x", &new, false)], None),
        (vec![(".del-x", &old, true)], None),
        (vec![(".del-x", &old, false), ("x", &new, true)], Some(&new)),
    ];
    for (number, (folders, expected)) in states.into_iter().enumerate() {
        let root = tempfile::tempdir().unwrap();
        for (name, record, whole) in folders {
            FolderStore::write(&root.path().join(name), record).unwrap();
            if !whole {
                fs::remove_file(root.path().join(name).join(META_FILE)).unwrap();
            }
        }
        let store = FolderStore::open(root.path()).unwrap();
        assert_eq!(block_on(store.get("x")).ok().as_ref(), expected, "state {number}");
        assert_eq!(store.entries().unwrap().len(), usize::from(expected.is_some()), "state {number}");
        block_on(store.put(&new)).unwrap();
        assert_eq!(block_on(store.get("x")).unwrap(), new);
    }
}

#[test]
fn damage_of_any_file_is_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::open(folder.path()).unwrap();
    let record = contract::record("x", 1, 50);
    let damages: [(&str, Option<&[u8]>); 6] = [
        (CONFIG_FILE, None),
        (WEIGHTS_FILE, None),
        (CONFIG_FILE, Some(b"{ ")),
        (WEIGHTS_FILE, Some(b"")),
        (META_FILE, Some(b"{")),
        (
            META_FILE,
            Some(b"{\"name\":\"y\",\"createdMs\":1,\"bytes\":2,\"sha256\":\"\",\"rank\":8,\"alpha\":1,\"targets\":[]}"),
        ),
    ];
    for (file, bytes) in damages {
        block_on(store.put(&record)).unwrap();
        let path = folder.path().join("x").join(file);
        match bytes {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let error = block_on(store.get("x")).unwrap_err();
        assert!(error.code() == "IntegrityError" && error.to_string().contains("`x`"), "{error}");
        block_on(store.delete("x")).unwrap();
    }
}

#[test]
fn a_failed_write_tells_why_and_keeps_the_old_record() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::open(folder.path()).unwrap();
    let old = contract::record("x", 1, 50);
    block_on(store.put(&old)).unwrap();
    // A plain file where the unfinished folder belongs: neither removable as a folder nor creatable.
    fs::write(folder.path().join(".new-x"), b"").unwrap();
    assert_eq!(block_on(store.put(&contract::record("x", 2, 50))).unwrap_err().code(), "IoError");
    assert_eq!(block_on(store.get("x")).unwrap(), old);

    let path = Path::new("/somewhere");
    for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
        assert!(at(path)(kind.into()).is_quota_exceeded());
    }
    assert_eq!(at(path)(ErrorKind::PermissionDenied.into()).code(), "IoError");
}

/// `/dev/full` answers every write with ENOSPC.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_quota_exceeded() {
    let path = Path::new("/dev/full");
    let error = File::options().write(true).open(path).and_then(|mut f| f.write_all(b"x")).unwrap_err();
    assert!(at(path)(error).is_quota_exceeded());
}
