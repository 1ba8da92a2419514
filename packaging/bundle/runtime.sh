#!/bin/sh
# Builds the runtime of AppImages from source, on Debian 12, Ubuntu 22.04 or newer, as an alternative
# to a downloaded one:  packaging/bundle/runtime.sh build/runtime
# It needs: apt-get install git clang binutils make autoconf automake libtool pkg-config \
#     libfuse3-dev libzstd-dev zlib1g-dev
set -eu

TARGET=$(realpath -m "${1:?"Name the file to make: packaging/bundle/runtime.sh build/runtime"}")
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# Clones a tag, and ends unless it is the commit that is known: the hash is that of all files.
source_of() {
    git -c advice.detachedHead=false clone --quiet --depth 1 --branch "$2" \
        "https://github.com/$1" "$WORK/${1#*/}"
    if [ "$(git -C "$WORK/${1#*/}" rev-parse HEAD)" != "$3" ]; then
        echo "$1 $2 is another commit than $3: look why before it is built." >&2
        exit 1
    fi
}
source_of AppImage/type2-runtime 20251108 dd6cebedcbddde9c82f89b011e8e1d40b6e43868
source_of vasi/squashfuse 0.5.2 775b4cc72ab47641637897f11ce0da15d5c1f115

FLAGS="-Os -ffunction-sections -fdata-sections -fPIE -ffile-prefix-map=$WORK=."
cd "$WORK/squashfuse"
./autogen.sh > "$WORK/log" 2>&1
./configure --disable-shared --disable-demo --without-xz --without-lzo --without-lz4 \
    CC=clang CFLAGS="$FLAGS" >> "$WORK/log" 2>&1
make --silent libsquashfuse.la libsquashfuse_ll.la >> "$WORK/log" 2>&1 || { cat "$WORK/log"; exit 1; }

cd "$WORK/type2-runtime/src/runtime"
mkdir -p "$WORK/include/squashfuse"
cp "$WORK"/squashfuse/*.h "$WORK/include/squashfuse"
# As its Makefile does it, with the C library's malloc in place of mimalloc.
# shellcheck disable=SC2086
clang -std=gnu99 $FLAGS -D_FILE_OFFSET_BITS=64 -DGIT_COMMIT=\"20251108\" -T data_sections.ld \
    -Wl,--gc-sections -static-pie -I"$WORK/include" -I"$WORK/include/squashfuse" -I/usr/include/fuse3 \
    runtime.c -L"$WORK/squashfuse/.libs" -lsquashfuse -lsquashfuse_ll -lfuse3 -lzstd -lz -lpthread \
    -o runtime
strip --strip-debug --strip-unneeded runtime
mkdir -p "$(dirname "$TARGET")"
cp runtime "$TARGET"
# What marks an AppImage of type 2.
printf 'AI\002' | dd of="$TARGET" bs=1 count=3 seek=8 conv=notrunc 2> "$WORK/log"
sha256sum "$TARGET"
