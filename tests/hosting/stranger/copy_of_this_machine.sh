#!/bin/bash
# Run a script as root of a copy of this machine: copy_of_this_machine.sh FOLDER SCRIPT [SHARED...]
#
# To be called within namespaces of its own for mounts, the network and processes, which take all of it with them. There
# is no network but loopback. The SHARED folders are the same in the copy; SCRIPT is one of a shared folder.
set -euo pipefail
work=$1 script=$2
shift 2

mount -t tmpfs tmpfs "$work"
root=$work/root
mkdir "$work/upper" "$work/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$root"
for shared in "$@"; do
    mkdir -p "$root$shared"
    mount --bind "$shared" "$root$shared"
done
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mkdir "$root/run/lock" "$root/run/postgresql"
ip link set lo up
exec chroot "$root" /bin/bash "$script"
