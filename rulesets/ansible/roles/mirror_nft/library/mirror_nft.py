#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Brings the files of a folder, and the kernel, to what definitions say: all or nothing."""

import contextlib
import json
import os
import shutil
import tempfile
import time

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: mirror_nft
short_description: Mirrors of network traffic by mirror-nft
description:
  - The new files are written beside the old ones, the kernel validates them (mirror-nft
    check), takes them in one transaction (apply --only), and only then do they replace the
    old ones. After an error files and mirrors are what they were.
  - Files that it wrote before and that are not wanted any more go; files of others in the
    folder stay, and are part of the definition. Mirrors that no file defines go.
  - Where mirror-nft.service runs, it is reloaded instead of apply.
options:
  state: {choices: [present, absent], default: present}
  definitions: {type: dict, description: "NAME: text of NAME.yaml"}
  lists: {type: dict, description: "FILE: list of addresses and prefixes"}
  directory: {type: path, default: /etc/mirror-nft}
  command: {default: mirror-nft}
  may_lack_command: {type: bool, default: false, description: do without it in check mode}
"""

RETURN = r"""
said: {type: list, description: "what mirror-nft said that it does, or would do"}
files: {type: list, description: "files that are new, other or gone"}
warnings: {type: list, description: "what mirror-nft warns of"}
"""

HEADER = "# Written by Ansible: a change here is gone after its next run.\n"
UNIT = "mirror-nft.service"
NOTHING = (": unchanged", ": would change nothing")
# For what a service does that was told to read its files again.
SETTLE_SECONDS = 30


class Refusal(Exception):
    """Something was refused, in words for people."""


class Folder:
    """The files of the directory, and those that are wanted there. Text by file name."""

    def __init__(self, path, wanted):
        self.path = path
        self.existed = os.path.isdir(path)
        self.old = self._read() if self.existed else {}
        ours = {name for name, text in self.old.items() if text.startswith(HEADER.encode())}
        self.new = {n: t for n, t in self.old.items() if n not in ours}
        self.new.update(wanted)

    def _read(self):
        texts = {}
        for name in os.listdir(self.path):
            file = os.path.join(self.path, name)
            if os.path.isfile(file):
                with open(file, "rb") as stream:
                    texts[name] = stream.read()
        return texts

    def changed(self):
        names = sorted(set(self.old) | set(self.new))
        return [name for name in names if self.old.get(name) != self.new.get(name)]

    @contextlib.contextmanager
    def stage(self, beside):
        """Everything, as a folder of its own for a while; beside the old files in the same
        file system: from there to here is a rename, which needs no room."""
        if beside:
            os.makedirs(self.path, mode=0o755, exist_ok=True)
        stage = tempfile.mkdtemp(prefix=".ansible-", dir=self.path if beside else None)
        try:
            for name, text in self.new.items():
                file = os.path.join(stage, name)
                with open(file, "wb") as stream:
                    stream.write(text)
                os.chmod(file, 0o644)
            yield stage
        finally:
            shutil.rmtree(stage, ignore_errors=True)
            if not self.existed and os.path.isdir(self.path) and not os.listdir(self.path):
                os.rmdir(self.path)

    def install(self, stage):
        for name in self.changed():
            if name in self.new:
                os.rename(os.path.join(stage, name), os.path.join(self.path, name))
            else:
                os.remove(os.path.join(self.path, name))

    def restore(self):
        """What install may have done is undone."""
        now = self._read()
        for name in self.changed():
            if name not in self.old and name in now:
                os.remove(os.path.join(self.path, name))
            elif name in self.old and now.get(name) != self.old[name]:
                with open(os.path.join(self.path, name), "wb") as stream:
                    stream.write(self.old[name])


class Tool:
    """mirror-nft, and what it said last."""

    def __init__(self, module):
        self.module = module
        self.path = module.get_bin_path(module.params["command"], opt_dirs=["/usr/local/sbin", "/usr/sbin"])
        self.warnings = []

    def run(self, *words, shown=None):
        """Lines of its output; its one line of error as Refusal. shown: FROM, TO in there"""
        status, out, err = self.module.run_command([self.path, *words])
        if shown:
            err = err.replace(*shown)
        lines = err.splitlines()
        warnings = [line for line in lines if ": warning: " in line]
        if status:
            errors = [line for line in lines if line not in warnings]
            raise Refusal("; ".join(errors) or f"{self.path} ended with {status}")
        self.warnings = [w.split(": warning: ", 1)[1] for w in warnings]
        return [line for line in out.splitlines() if not line.endswith(NOTHING)]

    def service_runs(self):
        systemctl = self.module.get_bin_path("systemctl")
        return bool(systemctl) and self.module.run_command([systemctl, "is-active", "-q", UNIT])[0] == 0

    def service_reload(self, directory):
        status, _, err = self.module.run_command(["systemctl", "reload", UNIT])
        if status:
            raise Refusal(err.strip())
        deadline = time.monotonic() + SETTLE_SECONDS
        while self.run("check", "--only", "-f", directory):
            if time.monotonic() > deadline:
                raise Refusal(f"{UNIT} did not take the files over: journalctl -u {UNIT}")
            time.sleep(0.2)


def wanted_files(params):
    files = {name + ".yaml": text for name, text in params["definitions"].items()}
    files.update((name, "".join(f"{a}\n" for a in addresses)) for name, addresses in params["lists"].items())
    for name in files:
        if "/" in name or name.startswith("."):
            raise Refusal(f"'{name}' is no name of a file in {params['directory']}")
    return {name: (HEADER + text).encode() for name, text in files.items()}


def has_definition(texts):
    return any(name.endswith(".yaml") for name in texts)


def change(tool, folder, stage):
    """Returns what was done, or has undone it."""
    reloads = tool.service_runs()
    said = tool.run("check" if reloads else "apply", "--only", "-f", stage, shown=(stage, folder.path))
    try:
        folder.install(stage)
        if reloads:
            tool.service_reload(folder.path)
    except (OSError, Refusal) as error:
        try:
            folder.restore()
            if said:
                restore_kernel(tool, folder, reloads)
        except (OSError, Refusal) as other:
            raise Refusal(f"{error}; and on the way back: {other}") from error
        raise Refusal(str(error)) from error
    return said


def restore_kernel(tool, folder, reloads):
    if reloads:
        tool.service_reload(folder.path)
    elif has_definition(folder.old):
        tool.run("apply", "--only", "-f", folder.path)
    else:
        tool.run("remove", "--all")


def bring(module, tool, folder):
    """A check, and a run that has nothing to do, leave the folder alone, its time too."""
    with folder.stage(beside=False) as stage:
        said = tool.run("check", "--only", "-f", stage, shown=(stage, folder.path))
    warnings = tool.warnings
    if not module.check_mode and (said or folder.changed()):
        with folder.stage(beside=True) as stage:
            said = change(tool, folder, stage)
    return said, warnings


def clear(module, tool, folder):
    """The mirrors first: while they run, the files are what tells of them."""
    said = []
    if tool.path:
        (status,) = tool.run("status", "--json")
        said = [mirror["name"] + ": would be removed" for mirror in json.loads(status)["mirrors"]]
    if module.check_mode:
        return said, []
    if said:
        said = tool.run("remove", "--all")
    for name in folder.changed():
        os.remove(os.path.join(folder.path, name))
    if folder.existed and not os.listdir(folder.path):
        os.rmdir(folder.path)
    return said, tool.warnings


def work(module):
    params = module.params
    present = params["state"] == "present"
    tool = Tool(module)
    folder = Folder(params["directory"], wanted_files(params) if present else {})
    files = folder.changed()
    if present and not has_definition(folder.new):
        raise Refusal("mirror_nft_definitions is empty: state 'absent' takes mirrors away")
    if present and not tool.path:
        if module.check_mode and params["may_lack_command"]:
            return {"changed": True, "said": [], "files": files}
        raise Refusal(f"there is no {params['command']} on this host: set mirror_nft_package, or mirror_nft_command")
    said, warnings = (bring if present else clear)(module, tool, folder)
    return {"changed": bool(said or files), "said": said, "files": files, "warnings": warnings}


def main():
    module = AnsibleModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "definitions": {"type": "dict", "default": {}},
            "lists": {"type": "dict", "default": {}},
            "directory": {"type": "path", "default": "/etc/mirror-nft"},
            "command": {"default": "mirror-nft"},
            "may_lack_command": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    try:
        result = work(module)
    except (OSError, Refusal) as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
