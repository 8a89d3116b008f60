# The spellings and escapes of Ruby.
require 'cgi'
require 'erb'
require 'json'
require 'yaml'

STDIN.binmode
STDOUT.binmode
text = STDIN.read.force_encoding('UTF-8')
print(case ARGV[0]
      when 'generate' then JSON.generate(JSON.parse(text))
      when 'pretty' then JSON.pretty_generate(JSON.parse(text))
      when 'to_json' then JSON.parse(text).to_json
      when 'rails'
        require 'active_support'
        require 'active_support/json'
        ActiveSupport::JSON.encode(JSON.parse(text))
      when 'sorted' then JSON.generate(JSON.parse(text).sort.to_h)
      when 'ascii' then JSON.generate(JSON.parse(text), ascii_only: true)
      when 'script_safe' then JSON.generate(JSON.parse(text), script_safe: true)
      when 'inspect' then JSON.parse(text).inspect
      when 'erb' then ERB.new('<%= ERB::Util.html_escape(text) %>').result(binding)
      when 'cgi' then CGI.escape(text)
      when 'chomp' then text.chomp
      when 'strip' then text.strip
      when 'latin1' then text.force_encoding('ISO-8859-1').encode('UTF-8')
      when 'scrub' then text.force_encoding('US-ASCII').scrub("\uFFFD".b).b
      when 'yaml' then YAML.safe_load(text)['secret']
      when 'unicode_nfd' then text.unicode_normalize(:nfd)
      end)
