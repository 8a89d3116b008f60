<?php
// Run by `php -S`. It answers with the headers and with the body that the handler would pass to the
// verification. The path names the handler.
$raw = file_get_contents('php://input');
$again = fn (int $flags = 0, bool $assoc = false) => json_encode(json_decode($raw, $assoc), $flags);
$body = match (ltrim($_SERVER['REQUEST_URI'], '/')) {
    'json' => $again(),
    'json-assoc' => $again(0, true),
    'json-slashes' => $again(JSON_UNESCAPED_SLASHES),
    'json-unicode' => $again(JSON_UNESCAPED_UNICODE),
    'json-plain' => $again(JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE),
    'json-pretty' => $again(JSON_PRETTY_PRINT),
    'json-pretty-plain' => $again(JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE),
    'json-hex' => $again(JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_APOS | JSON_HEX_QUOT),
    'post-payload' => $_POST['payload'],
    'post-payload-json' => json_encode(json_decode($_POST['payload'])),
    'post-query' => http_build_query($_POST),
    'post-json' => json_encode($_POST),
    'trim' => trim($raw),
    'utf8-encode' => @utf8_encode($raw),
    'utf8-decode' => @utf8_decode($raw),
    'stripslashes' => stripslashes($raw),
    'nl2crlf' => str_replace("\n", "\r\n", $raw),
    default => $raw,
};
$headers = [];
foreach (getallheaders() as $name => $value) {
    $headers[] = [(string) $name, $value];
}
header('Content-Type: application/json');
echo json_encode(['headers' => $headers, 'body' => base64_encode((string) $body)]);
