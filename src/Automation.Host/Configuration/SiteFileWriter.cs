using System.Text;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Configuration;

/// <summary>Reads a site file that is to be changed, and puts the changed text in its place whole or not at all.</summary>
internal static class SiteFileWriter
{
    /// <summary>Passwords are not needed and not looked for.</summary>
    /// <exception cref="StartRefusedException">The file cannot be read, or has errors.</exception>
    public static (SourceFile File, Site Site) Read(string path)
    {
        SourceFile file;
        try
        {
            file = RuleDirectory.ReadFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{path}: cannot be read: {e.Message}");
        }

        return (file, Check(file));
    }

    /// <summary>Checks the text by the reader that <c>run</c> uses, then replaces the file in one step.</summary>
    /// <exception cref="StartRefusedException">The text is not a site file, or cannot be written.</exception>
    public static void Write(string path, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Check(new SourceFile(path, bytes));
        string part = path + ".part";
        try
        {
            using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{path}: cannot be written: {e.Message}");
        }
    }

    private static Site Check(SourceFile file)
    {
        SiteReading reading = SiteReader.Read(file, static _ => new Secret("not needed"));
        return reading.Site ?? throw new StartRefusedException(string.Join(Environment.NewLine, reading.Findings));
    }
}
