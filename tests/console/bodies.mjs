// 200 bodies that attackers have written.

const texts = [
  "<script>document.title='pwned'</script>",
  "</pre><script>window.pwned=1</script>",
  "\"><img src=x onerror=\"window.pwned=1\">",
  "'><svg/onload=window.pwned=1>",
  "</textarea></title></style><iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
  "<a href=\"javascript:window.pwned=1\" id=evil>x</a>",
  "&lt;script&gt;window.pwned=1&lt;/script&gt;&#60;script&#62;window.pwned=1&#60;/script&#62;",
  "&amp;&quot;&apos;&#x3c;&NotAnEntity;",
  "{{ 7 * 7 }}{% raw %}<%= 7 %>${7}#{7}",
  "<!--><script>window.pwned=1</script>-->",
  "<![CDATA[<script>window.pwned=1</script>]]>",
  "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/evil'>",
  "<base href=http://127.0.0.1:9/><form action=//127.0.0.1:9><button>",
  "<link rel=stylesheet href=//127.0.0.1:9/x.css><style>*{display:none}</style>",
  "\0<script\0>window.pwned=1</script\0>",
  "+ADw-script+AD4-window.pwned=1+ADw-/script+AD4-",
  "\u202e\u2066gnirts\u200b\ufeff\u2028\u2029\u061c\u00ad\u{e0041}",
  "\x1b[2J\x07\x08\r\x0b\x0c",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=window.pwned=1>",
  "<details open ontoggle=window.pwned=1><summary autofocus onfocus=window.pwned=1 tabindex=1>",
  "javascript:/*--></title></style></textarea></script><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+window.pwned=1//'>",
  "<object data=data:text/html;base64,PHNjcmlwdD5wYXJlbnQucHduZWQ9MTwvc2NyaXB0Pg==>",
  "<x onclick=window.pwned=1 style=position:fixed;inset:0>click",
  "<template shadowrootmode=open><script>window.pwned=1</script></template>",
  "<button form=x formaction=/evil popovertarget=y autofocus>",
];

/** The bodies, as bytes: alone, as JSON in several places, and long. */
export function bodies() {
  const all = [];
  for (const text of texts) {
    all.push(Buffer.from(text));
    all.push(Buffer.from(text.repeat(Math.ceil(65536 / text.length))));
    all.push(Buffer.from(JSON.stringify({ data: text })));
    all.push(Buffer.from(JSON.stringify({ [text]: 1 })));
    all.push(Buffer.from("[".repeat(100) + JSON.stringify(text) + "]".repeat(100)));
    all.push(Buffer.from(`{"data":"${text.slice(0, text.length / 2)}`));
    all.push(Buffer.concat([Buffer.from([0xff, 0xfe, 0xc0, 0xbc, 0x80]), Buffer.from(text)]));
    all.push(Buffer.from(text, "utf16le"));
  }
  // Lines of 1 MiB.
  all[1] = Buffer.alloc(1 << 20, "<");
  all[9] = Buffer.from('"' + "a".repeat(1 << 20) + texts[0]);
  all[17] = Buffer.from(JSON.stringify({ data: texts[2].repeat(30000) }));
  return all;
}
