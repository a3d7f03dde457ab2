//! What belongs to the pipeline that runs a deployment and must not end up in a Worker: names that no manifest may
//! read, and values that are credentials of the run, under whatever name.

use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::secret::Secret;

use super::quote::quote;

/// Starts of names that hold credentials of the deployer, of its pipeline or of its machine.
const STARTS: [&str; 13] = [
    "CLOUDFLARE_",
    "CF_",
    "R2_",
    "AWS_",
    "CFWORKER_",
    "GITHUB_",
    "ACTIONS_",
    "CI_",
    "GITLAB_",
    "NPM_",
    "NODE_AUTH_",
    "SSH_",
    "GPG_",
];
/// Names that describe the machine.
const WHOLE: [&str; 4] = ["PATH", "HOME", "SHELL", "USER"];

/// Whether no manifest may read this name, in either case of its letters, unless it is one of those allowed.
pub(crate) fn is_refused(name: &str, allowed: &[String]) -> bool {
    let upper = name.to_ascii_uppercase();
    let belongs = STARTS.iter().any(|start| upper.starts_with(start)) || WHOLE.contains(&upper.as_str());
    belongs && !allowed.iter().any(|allowed| allowed == name)
}

/// The finding for a name that no manifest may read.
pub(crate) fn refused(name: &str) -> Diagnostic {
    let message = format!("a manifest may not read {}", quote(name));
    Diagnostic::error(Code::RefusedSecret, message)
        .with_help("such names belong to the pipeline and its credentials; use another name, or allow this one")
        .by(CallOption::AllowEnv(name.to_owned()))
}

/// The finding for a secret whose value is a credential of the run itself; `name` is where it was read from.
pub(crate) fn is_credential(binding: &str, name: &str) -> Diagnostic {
    let message = format!("the value of the secret {} is a credential of this run", quote(binding));
    Diagnostic::error(Code::RefusedSecret, message)
        .with_help("give the Worker a credential of its own, or allow this one to be deployed")
        .by(CallOption::AllowEnv(name.to_owned()))
}

/// Whether a value is one of these credentials; blanks around it don't hide it.
pub(crate) fn equals_any(value: &Secret, credentials: &[Secret]) -> bool {
    let value = value.reveal().trim();
    !value.is_empty() && credentials.iter().any(|credential| credential.reveal().trim() == value)
}

#[cfg(test)]
mod tests {
    use super::{equals_any, is_refused};
    use crate::secret::Secret;

    #[test]
    fn names_of_the_pipeline_are_refused_in_either_case() {
        for name in [
            "CLOUDFLARE_API_TOKEN",
            "CF_API_TOKEN",
            "R2_SECRET_ACCESS_KEY",
            "aws_secret_access_key",
            "CFWORKER_FINGERPRINT_KEY",
            "GITHUB_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "CI_JOB_TOKEN",
            "GITLAB_TOKEN",
            "NPM_TOKEN",
            "NODE_AUTH_TOKEN",
            "SSH_AUTH_SOCK",
            "GPG_PASSPHRASE",
            "PATH",
            "home",
            "SHELL",
            "USER",
        ] {
            assert!(is_refused(name, &[]), "{name}");
        }
        for name in ["API_KEY", "PATHS", "USERNAME", "CITY", "MY_AWS_KEY", "R2D2"] {
            assert!(!is_refused(name, &[]), "{name}");
        }
    }

    #[test]
    fn an_allowed_name_is_that_name_alone() {
        let allowed = ["NPM_TOKEN".to_owned()];
        assert!(!is_refused("NPM_TOKEN", &allowed));
        assert!(is_refused("NPM_TOKEN_2", &allowed) && is_refused("npm_token", &allowed));
    }

    #[test]
    fn a_credential_is_known_whatever_blanks_stand_around_it() {
        let credentials = [Secret::new("token"), Secret::new("")];
        assert!(equals_any(&Secret::new("token\n"), &credentials));
        assert!(!equals_any(&Secret::new("other"), &credentials) && !equals_any(&Secret::new(" "), &credentials));
    }
}
