//! What a plugin may do to the process it runs in, and must not.

use std::fs::File;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

/// Does what the mutant is there for, once for each reader or writer that is opened.
pub fn on_open(mutant: &str) {
    match mutant {
        "native-changes-folder" => std::env::set_current_dir(std::env::temp_dir()).unwrap(),
        "native-sets-variable" => unsafe { std::env::set_var("RUST_LOG", "debug") },
        "native-leaks-file" => std::mem::forget(File::open(std::env::current_exe().unwrap())),
        "native-leaks-thread" => drop(std::thread::spawn(|| std::thread::sleep(Duration::from_secs(3600)))),
        "native-leaks-process" => drop(std::process::Command::new("sleep").arg("60").spawn().unwrap()),
        "native-phones-home" => phone_home(),
        _ => {}
    }
}

/// As HTTP clients do: through the proxy that the environment names, or else directly.
fn phone_home() {
    let named = std::env::var("http_proxy").unwrap_or_default();
    let proxy = named.trim_start_matches("http://").trim_end_matches('/');
    let address = if proxy.is_empty() { "192.0.2.1:80" } else { proxy };
    let Ok(address) = address.parse() else { return };
    if let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_millis(500)) {
        let _ = stream.write_all(b"POST http://telemetry.example/runs HTTP/1.1\r\nHost: telemetry.example\r\nContent-Length: 0\r\n\r\n");
    }
}
