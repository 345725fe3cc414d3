//! The simulated tenant over https: who trusts its certificate can talk to it, and nobody else.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::world::{Run, World};

/// The server, and what it says on stdout before it waits.
struct Served {
    server: Child,
    said: Vec<String>,
}

impl Served {
    fn by(world: &World) -> Self {
        world.file("a seed.toml", crate::world::SEED);
        let mut command = world.command(&["sandbox", "--seed", "a seed.toml", "--tls"]);
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let said = lines.take(6).map(Result::unwrap).collect();
        Self { server, said }
    }

    fn exported(&self, name: &str) -> &str {
        let start = format!("export {name}=");
        let line = self.said.iter().find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_else(|| panic!("{name}: {:?}", self.said)).trim_matches('\'')
    }

    /// Ends it; what it said on stderr.
    fn end(mut self) -> String {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
        let mut text = String::new();
        self.server.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

fn plan(world: &World, served: &Served, root: &str) -> Run {
    let mut command = world.command(&["plan"]);
    for name in ["CONSENT_GRAPH_URL", "CONSENT_TOKEN"] {
        command.env(name, served.exported(name));
    }
    Run::of(command.env("SSL_CERT_FILE", root).output().unwrap())
}

#[test]
fn our_own_client_talks_https_when_it_is_told_whom_to_trust() {
    let world = World::with("");
    world.manifest("[limits]\nrevoke = 1\n");
    let served = Served::by(&world);
    assert!(served.said[0].starts_with("https://127.0.0.1:"), "{:?}", served.said);
    let root = served.exported("SSL_CERT_FILE");
    assert_eq!(root, served.exported("REQUESTS_CA_BUNDLE"));
    assert_eq!(root, served.exported("NODE_EXTRA_CA_CERTS"));
    let pem = std::fs::read_to_string(root).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----") && !pem.contains("KEY"), "{pem}");
    plan(&world, &served, root).assert_code(0).quietly();
    // Trying again does not make it trusted.
    let elsewhere = World::with("");
    let stranger = Served::by(&elsewhere);
    let begun = Instant::now();
    let run = plan(&world, &served, stranger.exported("SSL_CERT_FILE")).assert_code(1);
    drop(stranger.end());
    assert!(begun.elapsed() < Duration::from_secs(10), "{run:#?}");
    let told = "error[untrusted_host]: failed to trust https://127.0.0.1:";
    assert!(run.stderr.contains(told), "{run:#?}");
    assert!(run.stderr.contains("SSL_CERT_FILE") && run.stderr.contains("unchanged"), "{run:#?}");
    let told = served.end();
    assert!(told.contains("Clients have to trust its certificate"), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
}

/// As other clients check certificates, where there are any.
#[test]
fn other_clients_trust_it_as_well() {
    let world = World::with("");
    let served = Served::by(&world);
    let (url, root) = (&served.said[0], served.exported("SSL_CERT_FILE"));
    let script = "import os, ssl, urllib.request\n\
                  context = ssl.create_default_context()\n\
                  context.verify_flags |= ssl.VERIFY_X509_STRICT\n\
                  url = os.environ['URL'] + '/sandbox/requests'\n\
                  print(urllib.request.urlopen(url, context=context).status)";
    let node = "fetch(process.env.URL + '/sandbox/requests').then(() => 0, () => process.exit(1))";
    let others = [
        ("python3", vec!["-c".to_owned(), script.to_owned()]),
        ("node", vec!["-e".to_owned(), node.to_owned()]),
    ];
    for (name, args) in others {
        if Command::new(name).arg("--version").output().is_err() {
            println!("skipped: no {name}");
            continue;
        }
        let ask = |root: &str| {
            let mut command = Command::new(name);
            command.args(&args).env("URL", url).env("no_proxy", "*");
            command.env("SSL_CERT_FILE", root).env("NODE_EXTRA_CA_CERTS", root);
            command.output().unwrap().status.success()
        };
        assert!(ask(root), "{name}");
        assert!(!ask(world.file("nothing.pem", "").to_str().unwrap()), "{name} trusts anybody");
    }
    drop(served.end());
}
