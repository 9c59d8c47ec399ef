//! A terminal at which one of several people types, as a reader of the documentation would.

use super::{Key, Output, Repo, World};
use std::fs;
use std::path::Path;

/// How many columns sessions in documents have.
pub const WIDTH: usize = 120;

/// What a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// Text alone.
    Off,
    /// With the codes of colours.
    On,
}

/// Gives somebody a home of their own with an SSH key and a git configuration that signs with it. At a
/// terminal they are then themselves; who has no home is the world's own person.
pub fn settle(world: &World, person: &str, name: &str) -> Key {
    let Key::Ssh { principal, secret, public } = world.ssh_key(person) else {
        panic!("an SSH key");
    };
    let home = world.home().join(person);
    let ssh = home.join(".ssh");
    fs::create_dir_all(&ssh).unwrap();
    for (from, to) in
        [(secret.clone(), "id_ed25519"), (secret.with_extension("pub"), "id_ed25519.pub")]
    {
        // Copies the modes, too.
        fs::copy(from, ssh.join(to)).unwrap();
    }
    let config = format!(
        "[user]\n\tname = {name}\n\temail = {principal}\n\tsigningKey = ~/.ssh/id_ed25519.pub\n\
         [gpg]\n\tformat = ssh\n"
    );
    fs::write(home.join(".gitconfig"), config).unwrap();
    Key::Ssh { principal, secret, public }
}

/// Runs one command line in a shell on a terminal, a minute after what was last. Its output is
/// what the terminal shows. Ask [`super::require`] for `script` first.
pub fn type_in(
    repo: &Repo<'_>,
    person: &str,
    command: &str,
    width: usize,
    colours: Colours,
) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_audit")).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(program).chain(std::env::split_paths(&others));
    // The date of commits follows the clock, so it has to move first.
    let now = repo.world.tick();
    let mut terminal = repo.world.command("script");
    terminal
        .args(["-qec", command, "/dev/null"])
        .current_dir(&repo.path)
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("COLUMNS", width.to_string())
        .env("TERM", "xterm")
        .env("GIT_PAGER", "cat")
        .env("AUDIT_NOW", now.to_string());
    if colours == Colours::Off {
        terminal.env("NO_COLOR", "1");
    }
    let home = repo.world.home().join(person);
    if home.is_dir() {
        terminal.env("HOME", &home).env("GIT_CONFIG_GLOBAL", home.join(".gitconfig"));
        for name in
            ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"]
        {
            terminal.env_remove(name);
        }
    }
    let mut output = Output::of(&mut terminal);
    // The world's folder is another one each time.
    let root = repo.world.root().to_str().unwrap();
    output.stdout = output.stdout.replace("\r\n", "\n").replace(root, "/srv");
    output
}
