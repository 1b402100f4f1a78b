//! `ttd` with a server: here a thread that always gives the same reply.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Command, Output},
    sync::mpsc,
};

use serde_json::{Value, json};

/// Gives one reply to all requests; the channel returns the first line and the body of each.
fn serve(status: &'static str, content: &'static str) -> (String, mpsc::Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1/", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut first, mut length) = (String::new(), 0);
            reader.read_line(&mut first).unwrap();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if line.trim().is_empty() {
                    break;
                }
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let _ = sender.send((first.trim().to_owned(), serde_json::from_slice(&body).unwrap()));
            let reply = json!({"choices": [{"message": {"role": "assistant", "content": content}}]}).to_string();
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", reply.len());
            stream.write_all(format!("{head}{reply}").as_bytes()).unwrap();
        }
    });
    (url, receiver)
}

fn eval(url: &str, out: &std::path::Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_autodidact"));
    command.args(["eval", "--suite", "generator:in-distribution", "--limit", "2", "--modes", "ttd", "--tau", "1.01"]);
    command.args(["--tries", "2", "--teacher", url, "--teacher-model", "big"]).arg("--out").arg(out).output().unwrap()
}

#[test]
fn a_server_is_asked_and_its_pairs_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let (url, requests) = serve("200 OK", r#"{"query": "q", "calls": [{"name": "no_such_tool", "arguments": {}}]}"#);
    let output = eval(&url, folder.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let requests: Vec<(String, Value)> = requests.try_iter().collect();
    assert_eq!(requests.len(), 4, "two tries for each of two tasks");
    for (first, body) in &requests {
        assert_eq!(first, "POST /v1/chat/completions HTTP/1.1");
        assert_eq!((&body["model"], &body["messages"][0]["role"]), (&json!("big"), &json!("user")));
        assert!(body["seed"].is_u64() && body["temperature"].is_number() && body["max_tokens"].is_u64());
    }
    let text = std::fs::read_to_string(folder.path().join("tasks.jsonl")).unwrap();
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let taught: Vec<&Value> = records.iter().filter(|r| r["mode"] == "ttd").collect();
    assert_eq!(taught.len(), 2);
    assert!(taught.iter().all(|r| r["synthesis"]["rejected"]["unknown_tool"] == 2 && r["learned"] == false));
}

#[test]
fn a_server_that_fails_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _requests) = serve("503 Busy", "no");
    let output = eval(&url, folder.path());
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && words.contains("[IoError]") && words.contains("status 503"), "{words}");
    let output = eval("https://example.invalid/v1", &folder.path().join("other"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("only http://"));
}
