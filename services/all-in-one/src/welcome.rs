//! What the terminal says when everything is up.

use std::io::{self, Write as _};

use crate::parts::Addresses;

/// Tells where the pages are and what to try, and whether a camera is needed for it.
pub(crate) fn print(at: Addresses, demo: bool, sample_person: bool) -> io::Result<()> {
    let (page, grpc) = (format!("http://localhost:{}", at.http.port()), at.grpc);
    let mut out = io::stdout().lock();
    writeln!(out, "\n  实名办税 Shiming is up:  {page}\n")?;
    if demo {
        writeln!(out, "  两分钟走一遍（演示环境，人员和企业均为虚构）：")?;
        if sample_person {
            writeln!(out, "    没有摄像头也能走完：照片用“样例照片”，刷脸时点“使用样例人物”")?;
        } else {
            writeln!(out, "    需要摄像头；没有摄像头请先运行 make people，由样例人物代为刷脸")?;
        }
        writeln!(out, "    1. 打开 {page}/demo，选一位演示人员，设置比对照片")?;
        writeln!(out, "    2. 首页“实名采集”：刷脸、填写信息、输入验证码（验证码显示在演示手机和本终端）")?;
        writeln!(out, "    3. 首页“登录”，再到“企业”→“办税身份管理”→“刷新”，取得法定代表人身份")?;
        writeln!(
            out,
            "    4. 换一个浏览器，用另一位演示人员采集、登录，“企业”→“办税身份申请”，再由法定代表人审批\n"
        )?;
    }
    writeln!(out, "  Operators:  grpcurl -plaintext {grpc} list")?;
    writeln!(
        out,
        "              grpcurl -plaintext -H 'x-shiming-caller: ops:me' {grpc} shiming.face.v1.AuthorityService/GetEngineInfo"
    )?;
    writeln!(out, "  Stop:       Ctrl-C\n")
}
