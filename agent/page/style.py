"""The page's one style sheet, its one script, and the policy that allows nothing else.

The script ticks the box's clock from the box's own time (`performance.now()` only measures how
long ago that was heard) and fetches the page anew. Without it the page reloads itself.
"""

from __future__ import annotations

import base64
import hashlib

REFRESH_S = 5
REFRESH_TRIAL_S = 1  # a test tone's amplifier is on for three seconds, and that is to be seen
REFRESH_WITHOUT_SCRIPT_S = 20

STYLE = """
:root{--bg:#eef1f4;--card:#fff;--ink:#12161c;--soft:#48525f;--line:#d5dbe2;--link:#0b4fa0;
--good:#0b6b3a;--watch:#8a4b00;--bad:#b3121d;--none:#525c69;--tint:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--bg:#0f1318;--card:#1a2027;--ink:#f0f3f6;--soft:#b3bdc9;
--line:#343d48;--link:#8fc1ff;--good:#5fd394;--watch:#ffb454;--bad:#ff8a8a;--none:#a5b0bd;
--tint:#222a33}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);
font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
header,main,footer{max-width:34rem;margin:0 auto;padding:0 .75rem}
header{display:flex;justify-content:space-between;align-items:center;gap:.75rem;
padding-top:.6rem;padding-bottom:.6rem}
header b{font-size:1.15rem;overflow-wrap:anywhere}
header span{display:block;color:var(--soft);font-size:.82rem;overflow-wrap:anywhere}
a{color:var(--link)}
header a{white-space:nowrap;padding:.6rem 0}
section{background:var(--card);border:1px solid var(--line);border-radius:.7rem;
padding:.8rem .85rem;margin:0 0 .7rem}
h1,h2,h3,p,ul,ol,dl,dd,figure{margin:0;padding:0}
h2{font-size:.82rem;letter-spacing:.06em;text-transform:uppercase;color:var(--soft);
margin-bottom:.5rem}
h3{font-size:1.05rem}
ul,ol{list-style:none}
small,.soft{color:var(--soft);font-size:.86rem}
code{font:.84em ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.verdict{color:#fff;border:0;display:grid;grid-template-columns:auto 1fr;gap:.2rem .8rem;
align-items:center;padding:1rem .95rem;background:#3d4653}
.verdict svg{width:2.9rem;height:2.9rem;fill:#fff}
.verdict h1{font-size:clamp(1.7rem,9vw,2.5rem);line-height:1.05;letter-spacing:.01em}
.verdict p{grid-column:1/-1;font-size:1.02rem}
.v-playing{background:#0b6b3a}.v-ready{background:#0b5f73}.v-fault{background:#b3121d}
.v-emergency,.v-local_alarm{background:#8f0018}.v-exercise{background:#7a4300}
.v-testing{background:#53299c}
.v-no_clock,.v-unplaced,.v-idle{background:#7a4300}
.clock{display:flex;flex-wrap:wrap;align-items:baseline;gap:.1rem .7rem}
.clock h2{margin:0;flex-basis:100%}
.time{font-size:2.05rem;font-weight:700;font-variant-numeric:tabular-nums;line-height:1.15}
#stale{position:sticky;top:0;z-index:1;background:#b3121d;color:#fff;border:0;font-weight:600}
.stale .time{opacity:.35}
.problem{border-left:.35rem solid var(--watch);padding-left:.7rem;margin-top:.8rem}
.problem:first-of-type{margin-top:0}
.problem.grave{border-color:var(--bad)}
.problem h3::first-letter,.up::first-letter{text-transform:uppercase}
details{margin-top:.3rem}
summary{cursor:pointer;color:var(--link);padding:.35rem 0;font-size:.9rem}
.out+.out{border-top:1px solid var(--line);margin-top:.9rem;padding-top:.8rem}
.pair{display:grid;grid-template-columns:5.2rem 1fr;gap:.15rem .6rem;margin-top:.3rem}
.pair dt{color:var(--soft);font-size:.9rem;padding-top:.08rem}
.pair dd{overflow-wrap:anywhere}
.pair b{font-weight:650}
.tag{display:inline-block;border:1px solid currentColor;border-radius:1rem;padding:0 .5rem;
font-size:.78rem;white-space:nowrap;color:var(--soft)}
.tag.emergency,.tag.emergency_voice,.tag.local_key{color:var(--bad);font-weight:700}.tag.priority{color:var(--watch)}
.zones li{display:flex;justify-content:space-between;gap:.6rem;align-items:baseline;
background:var(--tint);border-radius:.45rem;padding:.4rem .6rem;margin-top:.4rem}
.zones small{display:block}
.on{color:var(--good);font-weight:700}.alarm,.state-fault{color:var(--bad);font-weight:700}
.state{white-space:nowrap}
.faces{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;
margin-top:.6rem}
.faces img,.blank{display:block;width:100%;height:auto;background:#000;border-radius:.3rem;
border:1px solid var(--line)}
.blank{display:grid;place-items:center;aspect-ratio:2;color:#c4ccd6;font-size:.85rem}
figcaption{font-size:.86rem;margin-top:.2rem;overflow-wrap:anywhere}
.readings{display:grid;grid-template-columns:1fr 1fr;gap:.5rem}
.readings>div{background:var(--tint);border-radius:.45rem;padding:.45rem .6rem;
border-left:.3rem solid var(--none)}
.readings dt{font-size:.82rem;color:var(--soft)}
.readings dd{font-weight:650;overflow-wrap:anywhere}
.readings .m{font-weight:400;font-size:.82rem;color:var(--none)}
.readings .good{border-color:var(--good)}.readings .good .m{color:var(--good)}
.readings .watch{border-color:var(--watch)}.readings .watch .m{color:var(--watch)}
.readings .bad{border-color:var(--bad)}.readings .bad .m{color:var(--bad)}
.readings .unchecked{border-left-style:dotted}.readings .unchecked dd{font-weight:400}
.events li{display:grid;grid-template-columns:4.6rem 1fr;gap:.1rem .6rem;padding:.35rem 0;
border-top:1px solid var(--line)}
.events li:first-child{border:0}
.events time{font-variant-numeric:tabular-nums;color:var(--soft);font-size:.86rem}
.events div{overflow-wrap:anywhere}
form{display:inline}
.operations{display:grid;gap:.5rem;margin-top:.6rem}
.operation{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;justify-content:space-between;
background:var(--tint);border-radius:.45rem;padding:.45rem .6rem}
.operation span{flex:1 1 6rem;overflow-wrap:anywhere}
.two span{flex-basis:100%}.two form{flex:1}.two button{width:100%}
.way{margin-top:.7rem}
button,.button,input{font:inherit;min-height:2.75rem;border-radius:.5rem}
button,.button{display:inline-block;border:1px solid var(--link);background:var(--card);
color:var(--link);padding:.5rem .85rem;text-decoration:none;cursor:pointer}
button.main,.button.main{background:#0b4fa0;border-color:#0b4fa0;color:#fff;font-weight:650}
button.stop{background:#b3121d;border-color:#b3121d;color:#fff;font-weight:650}
:focus-visible{outline:3px solid #e08a00;outline-offset:2px}
input{width:100%;border:1px solid var(--soft);background:var(--card);color:var(--ink);
padding:.5rem .7rem;font-size:1.4rem;letter-spacing:.25em;margin:.4rem 0 .7rem}
pre{background:var(--tint);border-radius:.45rem;padding:.6rem;overflow-x:auto;margin:.6rem 0 0;
font:.86rem ui-monospace,"DejaVu Sans Mono",monospace}
.notice{border-left:.35rem solid var(--good);background:var(--tint);border-radius:.3rem;
padding:.5rem .7rem;margin-bottom:.6rem}.notice.failed{border-color:var(--bad)}
footer{color:var(--soft);font-size:.8rem;padding-bottom:1.5rem}
@media(max-width:350px){.readings{grid-template-columns:1fr}}
""".strip()

SCRIPT = (
    """
(()=>{
let heard=performance.now(),misses=0;
const parts=d=>[...d.querySelectorAll('main>[id]')];
const was=new Map(parts(document).map(p=>[p.id,p.outerHTML]));
const tick=()=>{
  if(misses>1)return;
  for(const t of document.querySelectorAll('[data-ms]')){
    const ms=+t.dataset.ms+performance.now()-heard+252e5;
    t.textContent=new Date(ms).toISOString().slice(11,19);
  }
};
const renew=(old,fresh)=>{
  for(const d of old.querySelectorAll('details[open]')){
    const same=fresh.querySelector('#'+CSS.escape(d.id));
    if(same)same.open=true;
  }
  const at=old.contains(document.activeElement)?document.activeElement.id:'';
  old.replaceWith(fresh);
  if(at)document.getElementById(at)?.focus({preventScroll:true});
};
const take=html=>{
  const next=parts(new DOMParser().parseFromString(html,'text/html'));
  heard=performance.now();
  const ids=next.map(p=>p.id).join();
  const main=document.querySelector('main');
  const now=parts(document);
  if(ids!==now.map(p=>p.id).join()){
    const all=document.createElement('main');
    for(const p of next){was.set(p.id,p.outerHTML);all.append(p);}
    renew(main,all);
  }else next.forEach((p,i)=>{
    const html=p.outerHTML;
    if(was.get(p.id)!==html){was.set(p.id,html);renew(now[i],p);}
  });
  follow();
};
let soon;
const follow=()=>{
  clearTimeout(soon);
  if(document.querySelector('.v-testing'))soon=setTimeout(ask,%d);
};
const stale=is=>{
  document.body.classList.toggle('stale',is);
  document.getElementById('stale').hidden=!is;
};
const ask=async()=>{
  if(document.hidden)return;
  try{
    const answer=await fetch(location.pathname,{signal:AbortSignal.timeout(4000)});
    if(!answer.ok)throw answer.status;
    take(await answer.text());
    misses=0;stale(false);tick();
  }catch(e){if(++misses>1)stale(true);}
};
document.addEventListener('visibilitychange',ask);
setInterval(tick,250);setInterval(ask,%d);follow();
})();
""".strip()
    % (REFRESH_TRIAL_S * 1000, REFRESH_S * 1000)
)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{_hash(STYLE)}'",
        f"script-src 'sha256-{_hash(SCRIPT)}'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
