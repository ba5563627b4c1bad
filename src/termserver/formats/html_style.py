"""The look of the HTML report: one style sheet, which also switches between the languages without a script."""

STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--bad:#c0262d;--warn:#9a6700;--good:#1a7f37}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1rem;font:16px/1.6 Vazirmatn,Tahoma,"Segoe UI",system-ui,sans-serif}
.choice{position:absolute;opacity:0}
.choice+label{display:inline-block;padding:.1rem .6rem;border:1px solid var(--line);border-radius:.4rem;cursor:pointer}
.choice:checked+label{background:var(--soft);font-weight:bold}
.choice:focus-visible+label{outline:2px solid}
main{display:flex;flex-direction:column;gap:.5rem;margin-top:1rem}
#choose-fa:checked~main{direction:rtl}
#choose-en:checked~main{direction:ltr}
#choose-fa:checked~main .en,#choose-en:checked~main .fa{display:none}
#summary{order:-1}
h1{font-size:1.4rem;margin:.2rem 0}
h2{font-size:1.1rem;margin:.8rem 0 .2rem}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid var(--line);padding:.25rem .5rem;text-align:start;vertical-align:top}
details,.document{border:1px solid var(--line);border-radius:.4rem;padding:.3rem .7rem}
summary{cursor:pointer}
code,pre{font:14px/1.5 ui-monospace,Consolas,monospace;direction:ltr;unicode-bidi:isolate}
pre{background:var(--soft);padding:.4rem .6rem;overflow-x:auto;text-align:left;margin:.3rem 0}
ol{padding-inline-start:1.6rem}
li{margin:.6rem 0}
.rejected,.error{color:var(--bad)}
.undecided,.warning{color:var(--warn)}
.accepted{color:var(--good)}
.hint{opacity:.85}
@media print{details{break-inside:avoid}}
"""
