using Automation.Core.Rules;

namespace Automation.Host.Composition;

/// <summary>The templates of <c>rules/templates</c>, built into the program.</summary>
internal static class ShippedTemplates
{
    private const string Prefix = "templates/";

    private static readonly Lazy<TemplateLibrary> Loaded = new(() => TemplateLibrary.Read(Files()).Library);

    public static TemplateLibrary Library => Loaded.Value;

    /// <summary>Their files as they are built in, by path.</summary>
    public static IReadOnlyList<SourceFile> Files()
    {
        System.Reflection.Assembly assembly = typeof(ShippedTemplates).Assembly;
        return [.. assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return new SourceFile(name, bytes);
        })];
    }
}
