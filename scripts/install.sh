#!/usr/bin/env bash
# Make the virtual environment and install Fawen into it. Usage: install.sh PYTHON VENV WHAT
set -u
python=$1 venv=$2 what=$3

fail() {
  echo "错误：$1" >&2
  exit 2
}

[ -n "$python" ] || fail "需要 Python 3.10（Rasa 3.6 不支持更新的版本），没有找到。请安装 python3.10 后重试，或指定：make run PYTHON=/路径/python3.10"
if [ ! -d "$venv" ]; then
  free_kb=$(df -Pk . | awk 'NR == 2 {print $4}')
  [ "$free_kb" -gt 12000000 ] || fail "磁盘剩余 $((free_kb / 1000000)) GB，安装约需 12 GB（其中 PyTorch 约 7 GB）。请腾出空间后重试"
fi
if [ ! -x "$venv/bin/pip" ]; then
  rm -rf "$venv"
  "$python" -m venv "$venv" || fail "创建虚拟环境失败。Debian/Ubuntu 请先安装 python3.10-venv"
fi
echo "正在安装依赖（第一次约需三分钟）……"
log="$venv/install.log"
if ! "$venv/bin/pip" install --disable-pip-version-check --prefer-binary --no-compile -c constraints.txt -e "$what" >"$log" 2>&1; then
  tail -n 5 "$log" >&2
  if grep -qE "No space left|Errno 28" "$log"; then
    fail "磁盘满了，请腾出空间后重试"
  elif grep -qE "Temporary failure|Name or service|ConnectionError|NewConnectionError|Network is unreachable|timed out|No matching distribution" "$log"; then
    fail "下载依赖失败，请检查网络或 pip 镜像设置后重试（已下载的不会重复下载）"
  fi
  fail "安装失败，完整日志见 $log"
fi
