#!/bin/bash
# Boots a systemd with the units of deploy/systemd, in namespaces of its own (root, cgroup v2, overlayfs): boot.sh CHECKOUT
# What it writes is gone with it. Called by booted.ts; nothing outside is touched.
set -euo pipefail
checkout=$1
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/app /run/lock /run/etc/{upper,work} /run/bin/{upper,work}
mount --bind "$checkout" /run/app
for folder in /tmp /var/tmp /var/lib /var/log; do mount -t tmpfs tmpfs "$folder"; done
mkdir -m 700 /var/lib/private
for folder in /etc /usr/local/bin; do
  own=/run/$(basename "$folder")
  mount -t overlay overlay -o "lowerdir=$folder,upperdir=$own/upper,workdir=$own/work" "$folder"
done
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup

printf '#!/bin/sh\nexec %s /run/app/dist/cli.js "$@"\n' "$(command -v node)" >/usr/local/bin/datagouv-tops
chmod 755 /usr/local/bin/datagouv-tops
# Nothing of this machine is started: only these units are known.
units=/etc/systemd/test
mkdir "$units" /etc/datagouv-tops
cp /run/app/deploy/systemd/*.service /run/app/deploy/systemd/*.timer "$units"
for target in sysinit basic shutdown network-online multi-user timers umount final; do
  printf '[Unit]\nDescription=%s\nDefaultDependencies=no\n' "$target" >"$units/$target.target"
done
export container=test SYSTEMD_UNIT_PATH=$units
exec /lib/systemd/systemd --system --unit=basic.target --show-status=no
