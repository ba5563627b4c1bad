// Judges a health document before it is sent: by the command line (offline) or by a server.
// .NET 6 or later; nothing but the base library. Values of patients are masked in what comes back.
//
//   var report = await DocumentJudge.ByCommandLineAsync("out/bill-7.xml");
//   if (report.Verdict != "accepted") foreach (var f in report.Findings) Console.WriteLine(f);

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

public sealed record Finding(string Rule, string Severity, int Line, int Column, string Path, string Fa, string En)
{
    public override string ToString() => $"({Line},{Column}): {Severity} {Rule}: {Fa} [{Path}]";
}

public sealed record Report(string Document, string Verdict, bool Complete, string Sha256, IReadOnlyList<Finding> Findings);

public static class DocumentJudge
{
    private static readonly HttpClient Http = new();

    /// <summary>Asks <c>termserver validate --json FILE</c>. Throws if nothing could be judged (status 2 or 4).</summary>
    public static async Task<Report> ByCommandLineAsync(string file)
    {
        var start = new ProcessStartInfo("termserver")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        foreach (var argument in new[] { "validate", "--json", file }) start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("termserver is not installed");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode is not (0 or 1 or 3)) throw new InvalidOperationException(await errors);
        return Read(await output).Single();
    }

    /// <summary>Asks <c>POST /api/documents/validate</c> of a server such as http://127.0.0.1:8000.</summary>
    public static async Task<Report> ByServerAsync(Uri server, string file)
    {
        using var body = new ByteArrayContent(await File.ReadAllBytesAsync(file));
        var xml = file.EndsWith(".xml", StringComparison.OrdinalIgnoreCase);
        body.Headers.ContentType = new MediaTypeHeaderValue(xml ? "application/xml" : "application/json");
        var name = Uri.EscapeDataString(Path.GetFileName(file));
        using var answer = await Http.PostAsync(new Uri(server, $"/api/documents/validate?name={name}"), body);
        answer.EnsureSuccessStatusCode(); // a rejected document is an answer too
        return Read(await answer.Content.ReadAsStringAsync()).Single();
    }

    private static List<Report> Read(string json)
    {
        using var answer = JsonDocument.Parse(json);
        return answer.RootElement.GetProperty("reports").EnumerateArray().Select(report => new Report(
            report.GetProperty("document").GetString()!,
            report.GetProperty("verdict").GetString()!,
            report.GetProperty("complete").GetBoolean(),
            report.GetProperty("sha256").GetString()!,
            report.GetProperty("findings").EnumerateArray().Select(finding => new Finding(
                finding.GetProperty("rule").GetString()!,
                finding.GetProperty("severity").GetString()!,
                finding.GetProperty("line").GetInt32(),
                finding.GetProperty("column").GetInt32(),
                finding.GetProperty("path").GetString()!,
                finding.GetProperty("message").GetProperty("fa").GetString()!,
                finding.GetProperty("message").GetProperty("en").GetString()!)).ToList())).ToList();
    }
}
