//! The program as a process of its own.
#![cfg(unix)]

use std::{collections::BTreeSet, io, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    net::TcpStream,
    process::{Child, ChildStdout, Command},
    task::JoinSet,
    time::timeout,
};

/// Longer than anything here takes, on any machine.
const LIMIT: Duration = Duration::from_secs(60);

fn worker(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_worker"));
    command.args(arguments).env("PORT", "0");
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true).spawn().expect("the program")
}

/// The numbers of the orders whose letters were sent.
async fn sent(mut lines: Lines<BufReader<ChildStdout>>) -> BTreeSet<u64> {
    let mut sent = BTreeSet::new();
    while let Some(line) = lines.next_line().await.expect("lines of text") {
        let order = line.strip_prefix("sent: order ").expect(&line);
        let order = order.split(' ').next().expect(&line).parse();
        assert!(sent.insert(order.expect(&line)), "twice: {line}");
    }
    sent
}

/// Orders something; the number of the order, if there was an answer.
async fn order(address: &str) -> io::Result<u64> {
    let mut socket = TcpStream::connect(address).await?;
    let body = r#"{"item":"kite","email":"ada@home"}"#;
    let head = format!(
        "POST /orders HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    socket.write_all(format!("{head}{body}").as_bytes()).await?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await?;
    if !answer.starts_with("HTTP/1.1 201") {
        return Err(io::Error::other(answer));
    }
    let (_, text) = answer.split_once("\r\n\r\norder ").expect("an order");
    let (number, _) = text.split_once(':').expect("a number");
    Ok(number.parse().expect("a number"))
}

/// Orders until nothing is accepted any more; the numbers of the orders that were answered.
async fn order_on(address: String) -> Vec<u64> {
    let mut answered = Vec::new();
    while let Ok(number) = order(&address).await {
        answered.push(number);
    }
    answered
}

#[tokio::test]
async fn a_terminated_process_finishes_its_requests_its_tasks_and_its_letters() {
    let mut process = worker(&[]);
    let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
    let first = timeout(LIMIT, lines.next_line()).await.expect("in time");
    let first = first.expect("a line").expect("a line");
    let address = first.strip_prefix("listening on http://").expect(&first);

    // The first answers show that there is load; the signal comes in the middle of it.
    let mut clients = JoinSet::new();
    for _ in 0..8 {
        clients.spawn(order_on(address.to_string()));
    }
    let reading = tokio::spawn(sent(lines));
    for _ in 0..50 {
        timeout(LIMIT, order(address))
            .await
            .expect("in time")
            .expect("an answer");
    }
    let id = process.id().expect("it runs").to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status().await;
    assert!(told.expect("kill").success());

    let ended = timeout(LIMIT, process.wait_with_output())
        .await
        .expect("in time");
    let ended = ended.expect("a status");
    let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(0), "{errors}");
    let answered: Vec<Vec<u64>> = timeout(LIMIT, clients.join_all()).await.expect("in time");
    let answered: BTreeSet<u64> = answered.into_iter().flatten().collect();
    let sent = timeout(LIMIT, reading)
        .await
        .expect("in time")
        .expect("no panic");
    assert!(answered.len() > 8, "there was load: {}", answered.len());
    let lost: Vec<&u64> = answered.difference(&sent).collect();
    assert_eq!(lost, [&0; 0], "answered, and not sent");
}

#[tokio::test]
async fn a_command_runs_one_job() {
    let process = worker(&["confirm", "17", "ada@home"]);
    let ended = timeout(LIMIT, process.wait_with_output())
        .await
        .expect("in time");
    let ended = ended.expect("a status");
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(
        String::from_utf8_lossy(&ended.stdout),
        "sent: order 17 is confirmed to ada@home\n"
    );
}

#[tokio::test]
async fn a_command_whose_job_fails_says_why() {
    let process = worker(&["confirm", "17", "nobody"]);
    let ended = timeout(LIMIT, process.wait_with_output())
        .await
        .expect("in time");
    let ended = ended.expect("a status");
    assert_eq!(ended.status.code(), Some(1));
    let error = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(error.contains("this is no address"), "{error}");
}
