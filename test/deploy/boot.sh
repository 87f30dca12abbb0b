#!/bin/bash
# Boots systemd with the units of deploy/systemd in separate namespaces: boot.sh CHECKOUT
# Needs root, cgroup v2 and overlayfs. Its files disappear with it, and it changes nothing outside. Called by booted.ts.
set -euo pipefail
checkout=$1
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/app /run/lock /run/etc/{upper,work} /run/bin/{upper,work}
mount --bind "$checkout" /run/app
for folder in /tmp /var/tmp /var/lib /var/log; do mount -t tmpfs tmpfs "$folder"; done
mkdir -m 700 /var/lib/private
for folder in /etc /usr/local/bin; do
  overlay=/run/$(basename "$folder")
  mount -t overlay overlay -o "lowerdir=$folder,upperdir=$overlay/upper,workdir=$overlay/work" "$folder"
done
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup

printf '#!/bin/sh\nexec %s /run/app/dist/cli.js "$@"\n' "$(command -v node)" >/usr/local/bin/datagouv-tops
chmod 755 /usr/local/bin/datagouv-tops
# systemd only knows these units, so it starts nothing of this machine.
units=/etc/systemd/test
mkdir "$units" /etc/datagouv-tops
cp /run/app/deploy/systemd/*.service /run/app/deploy/systemd/*.timer "$units"
for target in sysinit basic shutdown network-online multi-user timers umount final; do
  printf '[Unit]\nDescription=%s\nDefaultDependencies=no\n' "$target" >"$units/$target.target"
done
export container=test SYSTEMD_UNIT_PATH=$units
exec /lib/systemd/systemd --system --unit=basic.target --show-status=no
