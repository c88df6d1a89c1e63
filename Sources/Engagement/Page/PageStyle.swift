//  How the page looks.
//
//  Two sets of colours, for light and for dark; paper is light. Text has a contrast of 7 to 1 and more, quiet text of 4.5
//  and more, bars of 3 and more against the ground (WCAG 2.2, 1.4.3, 1.4.6 and 1.4.11). The colours of the categories come
//  from the palette of Okabe and Ito ("Color Universal Design", 2008), which people who see fewer colours can tell apart,
//  made darker on light ground and lighter on dark. No colour says anything that does not also stand there as a word.

enum PageStyle {
    static let sheet = """
        :root{--ground:#fcfbf9;--text:#1b1e22;--soft:#575d66;--line:#dcd8d1;--grid:#e8e4dd;--gap:#e9e1d3;--note:#8f4a00;
        --good:#1f6b46;--c0:#47617f;--c1:#0068a8;--c2:#bf4f00;--c3:#00805c;--c4:#9d4f86;--c5:#957000;--c6:#3c86ad;--c7:#6b6b6b;
        --c8:#a04040}
        @media (prefers-color-scheme:dark){:root{--ground:#14171b;--text:#e9e7e2;--soft:#a7abb2;--line:#343a42;--grid:#272c33;
        --gap:#413b30;--note:#f0b267;--good:#7fcfa4;--c0:#8fb0d4;--c1:#56b4e9;--c2:#ee8a4c;--c3:#35c39a;--c4:#da8fc0;--c5:#e5c04b;
        --c6:#9ad0ea;--c7:#b0b0b0;--c8:#e08c8c}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0;background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
        "Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums lining-nums}
        main{max-width:62rem;margin:0 auto;padding:clamp(1.25rem,4vw,3.5rem) clamp(1rem,4vw,2.5rem) 3rem}
        h1{font-size:clamp(1.6rem,1.2rem + 2vw,2.4rem);line-height:1.15;letter-spacing:-.02em;margin:0 0 .4rem;font-weight:700;
        text-wrap:balance}
        h2{font-size:1.25rem;line-height:1.25;letter-spacing:-.01em;margin:0 0 .2rem;font-weight:650}
        h3{font-size:1rem;margin:1.4rem 0 .4rem;font-weight:650}
        p{margin:0 0 .8rem;max-width:44rem}
        .made,.lead,.none,small{color:var(--soft)}
        .made,small{font-size:.875rem}
        .made{overflow-wrap:anywhere}
        section,footer{margin-top:2.75rem;border-top:1px solid var(--line);padding-top:1.5rem}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1.25rem 1.5rem;margin:1.75rem 0 1.5rem}
        .tiles dt{font-size:.875rem;color:var(--soft)}
        .tiles dd{margin:0}
        .tiles strong{display:block;font-size:1.75rem;line-height:1.2;font-weight:650;letter-spacing:-.02em}
        .tiles small{display:block}
        .notes{list-style:none;margin:0;padding:0}
        .notes li{padding:.1rem 0 .1rem .8rem;margin:.35rem 0;border-left:3px solid var(--note);overflow-wrap:anywhere}
        .notes .good{border-color:var(--good)}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));gap:0 2.5rem}
        table{border-collapse:collapse;width:100%;font-size:.9375rem}
        caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        th,td{text-align:left;vertical-align:top;padding:.32rem 1rem .32rem 0;font-weight:400;overflow-wrap:break-word}
        td bdi,th bdi{overflow-wrap:anywhere}
        .n + :not(.n){padding-left:1rem}
        th:last-child,td:last-child{padding-right:0}
        thead th{font-size:.8125rem;color:var(--soft);vertical-align:bottom;overflow-wrap:normal}
        tbody tr{border-top:1px solid var(--grid)}
        .n{text-align:right;white-space:nowrap}
        .bar{width:36%;min-width:3.5rem}
        #tastes tbody th{min-width:10.5rem}
        #attention tbody th{min-width:9rem}#attention td:last-child{min-width:13rem}
        #attention td:nth-child(-n+3),#rejections th,#missing th,#days th{white-space:nowrap}
        .bar svg{display:block;margin-top:.3rem}
        .c0,.column{fill:var(--c0)}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}
        .c5{fill:var(--c5)}.c6{fill:var(--c6)}.c7{fill:var(--c7)}.c8{fill:var(--c8)}
        .gap{fill:var(--gap)}
        .scroll{overflow-x:auto}
        .scroll:focus-visible,summary:focus-visible{outline:2px solid var(--c1);outline-offset:3px}
        .plot{display:grid;grid-template-columns:auto minmax(0,1fr);margin:.8rem 0 .6rem}
        .plot svg{display:block;overflow:visible}
        .plot text{font-size:12px;fill:var(--soft)}
        .scale text{text-anchor:end}
        .field text{text-anchor:middle}
        .grid{stroke:var(--grid)}
        .ground{stroke:var(--soft)}
        details{font-size:.9375rem}
        summary{cursor:pointer;color:var(--soft);padding:.2rem 0;width:fit-content}
        details table{width:auto;min-width:min(100%,24rem)}
        .words{margin:.8rem 0 1.2rem;font-size:.9375rem}
        .words div{display:grid;grid-template-columns:9rem minmax(0,1fr);gap:0 1rem;padding:.25rem 0}
        .words dt{font-weight:600;overflow-wrap:anywhere}
        .words dd{margin:0;color:var(--soft);overflow-wrap:anywhere}
        @media (max-width:36rem){.minor{display:none}#tastes tbody th{min-width:0}
        #attention thead{display:none}#attention tr{display:grid;grid-template-columns:1fr auto}
        #attention td:last-child{grid-column:1/-1;min-width:0;padding-top:0}#attention tbody th{min-width:0}
        th,td{padding-right:.6rem}table{font-size:.875rem}
        .tiles{grid-template-columns:1fr 1fr;gap:1rem}.tiles strong{font-size:1.4rem}.words div{grid-template-columns:1fr}
        section,footer{margin-top:2rem;padding-top:1.1rem}}
        @media print{:root{--ground:#fff;--text:#000;--soft:#444;--line:#bbb;--grid:#ddd;--gap:#e6e0d5;--note:#8f4a00;--good:#1f6b46;
        --c0:#47617f;--c1:#0068a8;--c2:#bf4f00;--c3:#00805c;--c4:#9d4f86;--c5:#957000;--c6:#3c86ad;--c7:#6b6b6b;--c8:#a04040}
        @page{margin:16mm}
        html{font-size:9.5pt}main{max-width:none;padding:0}th,td{padding-top:.22rem;padding-bottom:.22rem}.scroll{overflow:visible}details{display:none}
        .tiles{grid-template-columns:repeat(5,1fr);gap:1rem}.tiles strong{font-size:1.3rem}
        .pair{grid-template-columns:1fr 1fr}
        section,footer{margin-top:1.4rem;padding-top:1rem}
        h2,h3,.lead{break-after:avoid}.plot,tr,.tiles,.pair section{break-inside:avoid}}

        """
}
