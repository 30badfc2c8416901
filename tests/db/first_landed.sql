BEGIN TRANSACTION;
CREATE TABLE activation (
	newsletter TEXT NOT NULL, 
	schedule TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_activation PRIMARY KEY (newsletter, schedule)
);
INSERT INTO "activation" VALUES('weekly','monthly',1751241600955417);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE consent_event (
	id INTEGER NOT NULL, 
	subscriber INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	act TEXT NOT NULL, 
	status TEXT NOT NULL, 
	how TEXT NOT NULL, 
	ip TEXT NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_consent_event PRIMARY KEY (id), 
	CONSTRAINT fk_consent_event_subscriber FOREIGN KEY(subscriber) REFERENCES subscriber (id) ON DELETE CASCADE
);
INSERT INTO "consent_event" VALUES(1,1,1749776400007656,'import_active','active','import','203.0.113.14','我同意每周收到电子邮件。');
INSERT INTO "consent_event" VALUES(2,2,1749776400007656,'import_active','active','import','198.51.100.61','I agree');
INSERT INTO "consent_event" VALUES(3,3,1749776400007656,'import_active','active','import','203.0.113.77','I agree');
INSERT INTO "consent_event" VALUES(4,4,1749776400007656,'import_active','active','import','203.0.113.78','I agree');
INSERT INTO "consent_event" VALUES(5,5,1749776400007656,'import_active','active','import','203.0.113.79','I agree');
INSERT INTO "consent_event" VALUES(6,6,1749776400007656,'import_active','active','import','203.0.113.80','I agree');
INSERT INTO "consent_event" VALUES(7,7,1749776400007656,'import_active','active','import','203.0.113.81','I agree');
INSERT INTO "consent_event" VALUES(8,8,1749776400007656,'import_active','active','import','203.0.113.82','I agree');
INSERT INTO "consent_event" VALUES(9,9,1749776400007656,'import_paused','paused','import','','I agree');
INSERT INTO "consent_event" VALUES(10,10,1749776400007656,'bounce','bounced','import','','');
INSERT INTO "consent_event" VALUES(11,11,1749776400007656,'complain','complained','import','','');
INSERT INTO "consent_event" VALUES(12,12,1749776400007656,'unsubscribe','unsubscribed','import','','');
INSERT INTO "consent_event" VALUES(13,13,1749776400007656,'import_active','active','import','','I agree');
INSERT INTO "consent_event" VALUES(16,16,1749776400007656,'import_pending','pending','import','','');
INSERT INTO "consent_event" VALUES(17,17,1749776400432863,'invite','pending','command line','','');
INSERT INTO "consent_event" VALUES(18,18,1749776400400641,'invite','pending','command line','','');
INSERT INTO "consent_event" VALUES(19,18,1749862800022699,'confirm','active','command line','','');
INSERT INTO "consent_event" VALUES(20,7,1750132800033414,'unsubscribe','unsubscribed','command line','','');
INSERT INTO "consent_event" VALUES(21,8,1750132800060501,'unsubscribe','unsubscribed','command line','','');
INSERT INTO "consent_event" VALUES(22,8,1750219200022714,'signup','pending','signup','203.0.113.99','Again, please');
CREATE TABLE content_article (
	path TEXT NOT NULL, 
	guid TEXT NOT NULL, 
	url TEXT NOT NULL, 
	title TEXT NOT NULL, 
	published BIGINT NOT NULL, 
	updated BIGINT NOT NULL, 
	first_seen BIGINT NOT NULL, 
	expires BIGINT, 
	withheld BOOLEAN NOT NULL, 
	revision TEXT NOT NULL, 
	data JSON NOT NULL, 
	CONSTRAINT pk_content_article PRIMARY KEY (path)
);
INSERT INTO "content_article" VALUES('posts/chips2.md','tag:tideline.example.org,2025-06-26:posts/chips2','https://tideline.example.org/posts/chips2/','芯片的第二次潮',1750897800000000,1750897800000000,1750897800000000,NULL,0,'c59eb191a8ebc181df1b4320','{"summary": "\u53c8\u6da8\u4e86\u3002", "topics": [["chips", "\u7b97\u529b\u4e0e\u82af\u7247"]], "tags": [], "authors": [], "image": null, "language": "zh-CN", "section": "posts", "featured": false, "weight": 0, "reading_minutes": 1}');
INSERT INTO "content_article" VALUES('posts/grid.md','tag:tideline.example.org,2025-06-19:posts/grid','https://tideline.example.org/posts/grid/','电网的早高峰',1750293000000000,1750293000000000,1750293000000000,NULL,0,'5da459b23019e1a1b6583b8a','{"summary": "\u6c34\u58f6\u4e0e\u7535\u7f51\u3002", "topics": [["energy", "\u80fd\u6e90\u4e0e\u6c14\u5019"]], "tags": [], "authors": ["\u9648"], "image": null, "language": "zh-CN", "section": "posts", "featured": false, "weight": 0, "reading_minutes": 1}');
INSERT INTO "content_article" VALUES('posts/hidden.md','tag:tideline.example.org,2025-06-18:posts/hidden','https://tideline.example.org/posts/hidden/','Draft',1750206600000000,1750206600000000,1750206600000000,NULL,1,'53f179c9484df1d21cc0098f','{"summary": "Not yet.", "topics": [["chips", "\u7b97\u529b\u4e0e\u82af\u7247"]], "tags": [], "authors": [], "image": null, "language": "zh-CN", "section": "posts", "featured": false, "weight": 0, "reading_minutes": 1}');
INSERT INTO "content_article" VALUES('posts/later.md','tag:tideline.example.org,2025-07-20:posts/later','https://tideline.example.org/posts/later/','以后的文章',1752971400000000,1752971400000000,1752971400000000,NULL,0,'bba67e98c71c60e21d5b3fe9','{"summary": "\u8fd8\u6ca1\u5230\u3002", "topics": [["chips", "\u7b97\u529b\u4e0e\u82af\u7247"]], "tags": [], "authors": [], "image": null, "language": "zh-CN", "section": "posts", "featured": false, "weight": 0, "reading_minutes": 1}');
INSERT INTO "content_article" VALUES('posts/tide.md','tag:tideline.example.org,2025-06-11:posts/tide','https://tideline.example.org/posts/tide/','潮水冷却机房',1749603600000000,1749603600000000,1749603600000000,NULL,0,'4337f01db141d721470e6638','{"summary": "\u4e09\u5ea7\u673a\u623f\u7528\u6f6e\u6c34\u51b7\u5374\u3002", "topics": [["chips", "\u7b97\u529b\u4e0e\u82af\u7247"]], "tags": ["\u6f6e\u6c50\u80fd", "GPU"], "authors": [], "image": null, "language": "zh-CN", "section": "posts", "featured": false, "weight": 0, "reading_minutes": 1}');
INSERT INTO "content_article" VALUES('posts/wafer.md','tag:tideline.example.org,2025-06-12:posts/wafer','https://tideline.example.org/posts/wafer/','Wafers <& all>',1749693600000000,1749693600000000,1749693600000000,NULL,0,'999279aba44f212813019a54','{"summary": "Why wafers are round.", "topics": [["chips", "\u7b97\u529b\u4e0e\u82af\u7247"]], "tags": ["GPU"], "authors": [], "image": null, "language": "en", "section": "posts", "featured": false, "weight": 0, "reading_minutes": 1}');
INSERT INTO "content_article" VALUES('posts/wind.md','tag:tideline.example.org,2025-06-20:posts/wind','https://tideline.example.org/posts/wind/','风停的那一天',1750379400000000,1750379400000000,1750379400000000,NULL,0,'01ef9196ab504ad23ee40bd5','{"summary": "\u6ca1\u6709\u98ce\u3002", "topics": [["energy", "\u80fd\u6e90\u4e0e\u6c14\u5019"]], "tags": [], "authors": [], "image": null, "language": "zh-CN", "section": "posts", "featured": false, "weight": 0, "reading_minutes": 1}');
CREATE TABLE content_file (
	path TEXT NOT NULL, 
	stamp TEXT NOT NULL, 
	racy BOOLEAN NOT NULL, 
	digest TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	image TEXT NOT NULL, 
	image_stamp TEXT NOT NULL, 
	CONSTRAINT pk_content_file PRIMARY KEY (path)
);
INSERT INTO "content_file" VALUES('posts/chips2.md','1795379579154840308:1795379579154840308:131:2598657',0,'cfc7c0e8746bfac1f5aa3df7d3d7b958','0be9289776a304be','','');
INSERT INTO "content_file" VALUES('posts/grid.md','1795379579154529889:1795379579154529889:179:2598651',0,'6c7496192ad745126732e17928cf7aa7','0be9289776a304be','','');
INSERT INTO "content_file" VALUES('posts/hidden.md','1795379579168001529:1795379579168001529:101:2598660',0,'8bab851fc20cbc8ff6ef36679d45e995','0be9289776a304be','','');
INSERT INTO "content_file" VALUES('posts/later.md','1795379579167823888:1795379579167823888:125:2598659',0,'5435d5179c68021a797bd42558e65a87','0be9289776a304be','','');
INSERT INTO "content_file" VALUES('posts/tide.md','1795379579154189374:1795379579154189374:209:2598574',0,'963f29cd87bcad987760544f6822d6af','0be9289776a304be','','');
INSERT INTO "content_file" VALUES('posts/wafer.md','1795379579154366224:1795379579154366224:189:2598575',0,'d08d700da7f9cc18afd329fd4d80794e','0be9289776a304be','','');
INSERT INTO "content_file" VALUES('posts/wind.md','1795379579154686982:1795379579154686982:134:2598655',0,'a299c5909d63661c640f785ba503bc1e','0be9289776a304be','','');
CREATE TABLE content_html (
	path TEXT NOT NULL, 
	html TEXT NOT NULL, 
	CONSTRAINT pk_content_html PRIMARY KEY (path)
);
INSERT INTO "content_html" VALUES('posts/chips2.md','<p>又涨了。</p>
');
INSERT INTO "content_html" VALUES('posts/grid.md','<p>早上八点，所有的水壶一起响。</p>
');
INSERT INTO "content_html" VALUES('posts/hidden.md','<p>Not yet.</p>
');
INSERT INTO "content_html" VALUES('posts/later.md','<p>还没到。</p>
');
INSERT INTO "content_html" VALUES('posts/tide.md','<p>海水每天来两次。</p>
<ul>
<li>水泵</li>
<li>盐雾 &amp; 电网</li>
</ul>
');
INSERT INTO "content_html" VALUES('posts/wafer.md','<p>A wafer is <strong>round</strong>. See <a href="https://tideline.example.org/posts/wafer/tide.md" rel="noopener">tides</a>.</p>
');
INSERT INTO "content_html" VALUES('posts/wind.md','<p>那天没有风。</p>
');
CREATE TABLE content_identity (
	path TEXT NOT NULL, 
	guid TEXT NOT NULL, 
	first_seen BIGINT NOT NULL, 
	updated BIGINT NOT NULL, 
	revision TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	CONSTRAINT pk_content_identity PRIMARY KEY (path)
);
INSERT INTO "content_identity" VALUES('posts/chips2.md','tag:tideline.example.org,2025-06-26:posts/chips2',1750897800000000,1750897800000000,'c59eb191a8ebc181df1b4320','cfc7c0e8746bfac1f5aa3df7d3d7b958');
INSERT INTO "content_identity" VALUES('posts/grid.md','tag:tideline.example.org,2025-06-19:posts/grid',1750293000000000,1750293000000000,'5da459b23019e1a1b6583b8a','6c7496192ad745126732e17928cf7aa7');
INSERT INTO "content_identity" VALUES('posts/later.md','tag:tideline.example.org,2025-07-20:posts/later',1752971400000000,1752971400000000,'bba67e98c71c60e21d5b3fe9','5435d5179c68021a797bd42558e65a87');
INSERT INTO "content_identity" VALUES('posts/tide.md','tag:tideline.example.org,2025-06-11:posts/tide',1749603600000000,1749603600000000,'4337f01db141d721470e6638','963f29cd87bcad987760544f6822d6af');
INSERT INTO "content_identity" VALUES('posts/wafer.md','tag:tideline.example.org,2025-06-12:posts/wafer',1749693600000000,1749693600000000,'999279aba44f212813019a54','d08d700da7f9cc18afd329fd4d80794e');
INSERT INTO "content_identity" VALUES('posts/wind.md','tag:tideline.example.org,2025-06-20:posts/wind',1750379400000000,1750379400000000,'01ef9196ab504ad23ee40bd5','a299c5909d63661c640f785ba503bc1e');
CREATE TABLE content_label (
	path TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	identity TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	name TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_content_label PRIMARY KEY (path, kind, identity)
);
INSERT INTO "content_label" VALUES('posts/chips2.md','topic','chips 算力与芯片','chips','算力与芯片',0);
INSERT INTO "content_label" VALUES('posts/grid.md','topic','energy 能源与气候','energy','能源与气候',1);
INSERT INTO "content_label" VALUES('posts/hidden.md','topic','chips 算力与芯片','chips','算力与芯片',0);
INSERT INTO "content_label" VALUES('posts/later.md','topic','chips 算力与芯片','chips','算力与芯片',0);
INSERT INTO "content_label" VALUES('posts/tide.md','topic','chips 算力与芯片','chips','算力与芯片',0);
INSERT INTO "content_label" VALUES('posts/tide.md','tag','潮汐能','潮汐能','潮汐能',0);
INSERT INTO "content_label" VALUES('posts/tide.md','tag','gpu','gpu','GPU',0);
INSERT INTO "content_label" VALUES('posts/wafer.md','topic','chips 算力与芯片','chips','算力与芯片',0);
INSERT INTO "content_label" VALUES('posts/wafer.md','tag','gpu','gpu','GPU',0);
INSERT INTO "content_label" VALUES('posts/wind.md','topic','energy 能源与气候','energy','能源与气候',1);
CREATE TABLE content_problem (
	path TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	message TEXT NOT NULL, 
	line INTEGER, 
	severity TEXT NOT NULL, 
	CONSTRAINT pk_content_problem PRIMARY KEY (path, position)
);
CREATE TABLE content_state (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_content_state PRIMARY KEY (name)
);
INSERT INTO "content_state" VALUES('scanned','yes');
CREATE TABLE delivery (
	issue TEXT NOT NULL, 
	shard INTEGER NOT NULL, 
	subscriber BIGINT NOT NULL, 
	edition TEXT NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	code INTEGER NOT NULL, 
	reply TEXT NOT NULL, 
	retry_at BIGINT, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_delivery PRIMARY KEY (issue, shard, subscriber), 
	CONSTRAINT uq_delivery_issue_subscriber UNIQUE (issue, subscriber)
)
 WITHOUT ROWID

;
INSERT INTO "delivery" VALUES('weekly-2025-06-16',0,1,'all.zh-CN.html','accepted',1,250,'2.0.0 queued',NULL,1750032003414706);
INSERT INTO "delivery" VALUES('weekly-2025-06-16',0,2,'chips.en.html','accepted',1,250,'2.0.0 queued',NULL,1750032003490756);
INSERT INTO "delivery" VALUES('weekly-2025-06-16',0,3,'chips.en.text','accepted',1,250,'2.0.0 queued',NULL,1750032003590407);
INSERT INTO "delivery" VALUES('weekly-2025-06-16',0,4,'all.zh-CN.html','failed',1,550,'5.1.1 no such mailbox',NULL,1750032003637719);
INSERT INTO "delivery" VALUES('weekly-2025-06-16',0,5,'all.zh-CN.html','skipped',1,451,'4.7.1 come back later (the issue was stopped)',NULL,1750033800024216);
INSERT INTO "delivery" VALUES('weekly-2025-06-16',0,6,'all.zh-CN.html','uncertain',1,0,'connection lost: Connection unexpectedly closed',NULL,1750032003751060);
INSERT INTO "delivery" VALUES('weekly-2025-06-16',0,7,'','skipped',0,0,'nothing new in this issue for the reader''s topics',NULL,1750032000345618);
INSERT INTO "delivery" VALUES('weekly-2025-06-16',0,8,'all.zh-CN.html','accepted',1,250,'2.0.0 queued',NULL,1750032003840290);
INSERT INTO "delivery" VALUES('weekly-2025-06-16',0,18,'chips+energy.en.text','accepted',1,250,'2.0.0 queued',NULL,1750032003888201);
INSERT INTO "delivery" VALUES('weekly-2025-06-23',0,1,'all.zh-CN.html','accepted',1,250,'written to Wen.Qiao@example.org.5792f1d6a563.eml',NULL,1750636801966148);
INSERT INTO "delivery" VALUES('weekly-2025-06-23',0,2,'','skipped',0,0,'nothing new in this issue for the reader''s topics',NULL,1750636800147414);
INSERT INTO "delivery" VALUES('weekly-2025-06-23',0,3,'','skipped',0,0,'nothing new in this issue for the reader''s topics',NULL,1750636800147414);
INSERT INTO "delivery" VALUES('weekly-2025-06-23',0,4,'all.zh-CN.html','accepted',1,250,'written to refused@example.com.27a44064762f.eml',NULL,1750636802022296);
INSERT INTO "delivery" VALUES('weekly-2025-06-23',0,5,'all.zh-CN.html','accepted',1,250,'written to later@example.com.7831ed1787bb.eml',NULL,1750636802118461);
INSERT INTO "delivery" VALUES('weekly-2025-06-23',0,6,'all.zh-CN.html','accepted',1,250,'written to lost@example.com.4b2db1ca8825.eml',NULL,1750636802172400);
INSERT INTO "delivery" VALUES('weekly-2025-06-23',0,18,'chips+energy.en.text','accepted',1,250,'written to confirmed@example.org.b427d416ea6b.eml',NULL,1750636802215528);
CREATE TABLE edition (
	issue TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	topics TEXT NOT NULL, 
	language TEXT NOT NULL, 
	format TEXT NOT NULL, 
	lang TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	preheader TEXT NOT NULL, 
	html TEXT NOT NULL, 
	page TEXT NOT NULL, 
	text TEXT NOT NULL, 
	stories TEXT NOT NULL, 
	CONSTRAINT pk_edition PRIMARY KEY (issue, "key"), 
	CONSTRAINT fk_edition_issue FOREIGN KEY(issue) REFERENCES issue (id) ON DELETE CASCADE
);
INSERT INTO "edition" VALUES('weekly-2025-06-16','all.zh-CN.html','[]','zh-CN','html','zh-CN','潮信周报：Wafers <& all>','Wafers <& all> · 潮水冷却机房','<!DOCTYPE html>
<html lang="zh-CN" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>潮信周报：Wafers &lt;&amp; all&gt;</title>
<!--[if mso]><xml xmlns:o="urn:schemas-microsoft-com:office:office"><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><style>td,a,p,h1,h2,h3,span{font-family:"Microsoft YaHei",Arial,sans-serif!important}</style><![endif]-->
<style data-css-inline="keep">
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media screen{
a:hover{text-decoration:underline!important}
.prose a{color:#1a56a8}
.prose p,.prose ul,.prose ol,.prose blockquote{margin:0 0 12px}
}
@media (max-width:620px){
.edge{padding:0 0 28px!important}
.card,.band{border-radius:0!important}
.band{padding:22px 20px!important}
.pad{padding-left:20px!important;padding-right:20px!important}
.foot{padding-left:20px!important;padding-right:20px!important}
.sec,.story,.lead{padding-left:20px!important;padding-right:20px!important}
.st{display:block!important;width:100%!important;box-sizing:border-box}
.gap{padding:0 0 14px!important}
.im{width:100%!important}
.np{display:none!important}
.hl{font-size:23px!important}
}
@media (prefers-color-scheme:dark){
.body{background-color:#0e141e!important}
img{color:#a0aab8!important}
.page{background-color:#0e141e!important}
.card{background-color:#182230!important}
.chip{background-color:#243650!important}
.band{background-color:#16417c!important}
.btn{background-color:#1a56a8!important}
.ink{color:#e8ecf2!important}
.mut{color:#a0aab8!important}
.acc,.prose a{color:#6f96cf!important}
.chip{color:#cdd7e6!important}
.bi{color:#e8ecf2!important}
.bm{color:#c4cedc!important}
.bl{color:#ffffff!important}
.tick{border-color:#6f96cf!important}
.im{background-color:#243650!important}
.read,.fl{color:#6f96cf!important}
}
[data-ogsc] .ink{color:#e8ecf2!important}
[data-ogsc] .mut{color:#a0aab8!important}
[data-ogsc] .acc,[data-ogsc] .prose a{color:#6f96cf!important}
[data-ogsc] .chip{color:#cdd7e6!important}
[data-ogsc] .bi{color:#e8ecf2!important}
[data-ogsc] .bm{color:#c4cedc!important}
[data-ogsc] .bl{color:#ffffff!important}
[data-ogsb] .page{background-color:#0e141e!important}
[data-ogsb] .card{background-color:#182230!important}
[data-ogsb] .chip{background-color:#243650!important}
[data-ogsb] .band{background-color:#16417c!important}
[data-ogsb] .btn{background-color:#1a56a8!important}
</style>

</head>
<body class="body" style="margin:0; padding:0; background-color:#ebeff5; -webkit-text-size-adjust:100%; -ms-text-size-adjust:100%" bgcolor="#ebeff5">
<div class="pre" style="display:none; max-height:0; overflow:hidden; mso-hide:all; font-size:1px; line-height:1px; color:#ebeff5">Wafers &lt;&amp; all&gt; · 潮水冷却机房​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ </div>

<div class="root" role="article" aria-roledescription="email" aria-label="潮信周报：Wafers &lt;&amp; all&gt;" lang="zh-CN" dir="ltr" style=''font-family:-apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", system-ui, sans-serif; font-size:16px; line-height:1.65; color:#171d28; word-break:break-word; overflow-wrap:break-word''>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="page" style="background-color:#ebeff5" bgcolor="#ebeff5"><tr><td align="center" class="edge" style="padding:28px 12px 36px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="card" style="background-color:#fff; border-radius:14px; max-width:600px" bgcolor="#ffffff">
<tr><td class="band" style="background-color:#1a56a8; border-radius:14px 14px 0 0; padding:26px 32px" bgcolor="#1a56a8">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td valign="middle"><h1 class="h1 bi" style="color:#fff; text-decoration:none; margin:0; font-size:25px; line-height:1.3; font-weight:700; letter-spacing:-0.01em">潮信周报</h1><p class="small bm" style="color:#d6e1ef; text-decoration:none; margin:2px 0 0; font-size:13px; line-height:1.6"><span class="nb" style="white-space:nowrap">2025年6月16日星期一</span> · <span class="nb" style="white-space:nowrap">2 篇文章</span><span class="nb np" style="white-space:nowrap"> · 约 2 分钟读完</span></p></td>
</tr></table>
</td></tr>
<tr><td class="pad prose ink" style="padding:28px 32px 0; color:#171d28; text-decoration:none; font-size:16px; line-height:1.75"><p>各位好，</p>
<p>这是<strong>第一</strong>期。</p>
</td></tr>
<tr><td class="sec" style="padding:36px 32px 0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="tick" style="border-top:3px solid #1a56a8; padding:9px 0 0"><h2 class="h2 acc" style="color:#1a56a8; margin:0; font-size:17px; line-height:1.5; font-weight:700">算力与芯片</h2></td></tr></table></td></tr>
<tr><td class="lead" lang="en" dir="ltr" style="padding:16px 32px 14px">
<h3 class="hl" style="margin:18px 0 0; font-size:26px; line-height:1.35; font-weight:700; letter-spacing:-0.01em"><a class="ink" href="https://tideline.example.org/posts/wafer/" style="color:#171d28; text-decoration:none">Wafers &lt;&amp; all&gt;</a></h3>
<p class="meta mut" lang="zh-CN" style="color:#5b6472; margin:6px 0 0; font-size:13px; line-height:1.6">6月12日 · 约 1 分钟读完</p>
<p class="suml ink" style="color:#171d28; text-decoration:none; margin:12px 0 0; font-size:17px; line-height:1.75">Why wafers are round.</p>
<p class="tags mut" style="color:#5b6472; margin:12px 0 0; font-size:12px; line-height:26px"><span class="chip" style="background-color:#edf1f8; color:#19427b; border-radius:11px; padding:3px 10px; margin:0 3px 0 0; white-space:nowrap" bgcolor="#edf1f8">GPU</span> </p>
<table role="presentation" cellpadding="0" cellspacing="0" border="0" class="go" style="margin:18px 0 6px"><tr><td class="btn" style="background-color:#1a56a8; border-radius:8px" bgcolor="#1a56a8"><a class="bl" href="https://tideline.example.org/posts/wafer/" lang="zh-CN" style="display:block; color:#fff; text-decoration:none; font-size:15px; line-height:1.4; font-weight:600; padding:11px 22px">阅读全文 →</a></td></tr></table>
</td></tr>
<tr><td class="story" lang="zh-CN" dir="ltr" style="padding:18px 32px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="st" valign="top"><h3 class="h3" style="margin:0; font-size:19px; line-height:1.45; font-weight:700"><a class="ink" href="https://tideline.example.org/posts/tide/" style="color:#171d28; text-decoration:none">潮水冷却机房</a></h3>
<p class="meta mut" lang="zh-CN" style="color:#5b6472; margin:6px 0 0; font-size:13px; line-height:1.6">6月11日 · 约 1 分钟读完</p>
<p class="sum ink" style="color:#171d28; text-decoration:none; margin:8px 0 0; font-size:15px; line-height:1.7">三座机房用潮水冷却。</p>
</td></tr></table>
<p class="tags mut" style="color:#5b6472; margin:12px 0 0; font-size:12px; line-height:26px"><span class="chip" style="background-color:#edf1f8; color:#19427b; border-radius:11px; padding:3px 10px; margin:0 3px 0 0; white-space:nowrap" bgcolor="#edf1f8">潮汐能</span> <span class="chip" style="background-color:#edf1f8; color:#19427b; border-radius:11px; padding:3px 10px; margin:0 3px 0 0; white-space:nowrap" bgcolor="#edf1f8">GPU</span> </p>
<p class="more" style="margin:10px 0 0; font-size:14px; line-height:1.6; font-weight:600"><a class="read" href="https://tideline.example.org/posts/tide/" lang="zh-CN" style="color:#1a56a8; text-decoration:none">阅读全文 →</a></p>
</td></tr>
<tr><td class="end" style="padding:0 0 30px"></td></tr>
</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px"><tr><td class="foot mut" style="color:#5b6472; padding:24px 32px 0; font-size:13px; line-height:1.75">
<p class="f mut" style="color:#5b6472; margin:0 0 10px">您收到这封邮件，是因为 xq7emailxq7 订阅了《潮信周报》。</p>
<p class="f mut" style="color:#5b6472; margin:0 0 10px"><a class="fl" href="https://xq7unsubxq7.invalid/" style="color:#1a56a8; text-decoration:underline">退订</a> · <a class="fl" href="https://xq7viewxq7.invalid/" style="color:#1a56a8; text-decoration:underline">在浏览器中查看</a> · <a class="fl" href="https://news.tideline.example.org/archive/" style="color:#1a56a8; text-decoration:underline">往期</a> · <a class="fl" href="https://news.tideline.example.org/feeds/" style="color:#1a56a8; text-decoration:underline">订阅源</a></p>
<p class="f mut" style="color:#5b6472; margin:0 0 10px">88 Harbour Road, Quanzhou 362000</p>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</div>

</body>
</html>','<!DOCTYPE html>
<html lang="zh-CN" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>潮信周报：Wafers &lt;&amp; all&gt;</title>
<!--[if mso]><xml xmlns:o="urn:schemas-microsoft-com:office:office"><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><style>td,a,p,h1,h2,h3,span{font-family:"Microsoft YaHei",Arial,sans-serif!important}</style><![endif]-->
<style data-css-inline="keep">
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media screen{
a:hover{text-decoration:underline!important}
.prose a{color:#1a56a8}
.prose p,.prose ul,.prose ol,.prose blockquote{margin:0 0 12px}
}
@media (max-width:620px){
.edge{padding:0 0 28px!important}
.card,.band{border-radius:0!important}
.band{padding:22px 20px!important}
.pad{padding-left:20px!important;padding-right:20px!important}
.foot{padding-left:20px!important;padding-right:20px!important}
.sec,.story,.lead{padding-left:20px!important;padding-right:20px!important}
.st{display:block!important;width:100%!important;box-sizing:border-box}
.gap{padding:0 0 14px!important}
.im{width:100%!important}
.np{display:none!important}
.hl{font-size:23px!important}
}
@media (prefers-color-scheme:dark){
.body{background-color:#0e141e!important}
img{color:#a0aab8!important}
.page{background-color:#0e141e!important}
.card{background-color:#182230!important}
.chip{background-color:#243650!important}
.band{background-color:#16417c!important}
.btn{background-color:#1a56a8!important}
.ink{color:#e8ecf2!important}
.mut{color:#a0aab8!important}
.acc,.prose a{color:#6f96cf!important}
.chip{color:#cdd7e6!important}
.bi{color:#e8ecf2!important}
.bm{color:#c4cedc!important}
.bl{color:#ffffff!important}
.tick{border-color:#6f96cf!important}
.im{background-color:#243650!important}
.read,.fl{color:#6f96cf!important}
}
[data-ogsc] .ink{color:#e8ecf2!important}
[data-ogsc] .mut{color:#a0aab8!important}
[data-ogsc] .acc,[data-ogsc] .prose a{color:#6f96cf!important}
[data-ogsc] .chip{color:#cdd7e6!important}
[data-ogsc] .bi{color:#e8ecf2!important}
[data-ogsc] .bm{color:#c4cedc!important}
[data-ogsc] .bl{color:#ffffff!important}
[data-ogsb] .page{background-color:#0e141e!important}
[data-ogsb] .card{background-color:#182230!important}
[data-ogsb] .chip{background-color:#243650!important}
[data-ogsb] .band{background-color:#16417c!important}
[data-ogsb] .btn{background-color:#1a56a8!important}
</style>
<!--page-head-->
</head>
<body class="body" style="margin:0; padding:0; background-color:#ebeff5; -webkit-text-size-adjust:100%; -ms-text-size-adjust:100%" bgcolor="#ebeff5">
<div class="pre" style="display:none; max-height:0; overflow:hidden; mso-hide:all; font-size:1px; line-height:1px; color:#ebeff5">Wafers &lt;&amp; all&gt; · 潮水冷却机房​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ </div>
<!--page--><div role="main"><!--/page-->
<div class="root" role="article" aria-roledescription="email" aria-label="潮信周报：Wafers &lt;&amp; all&gt;" lang="zh-CN" dir="ltr" style=''font-family:-apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", system-ui, sans-serif; font-size:16px; line-height:1.65; color:#171d28; word-break:break-word; overflow-wrap:break-word''>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="page" style="background-color:#ebeff5" bgcolor="#ebeff5"><tr><td align="center" class="edge" style="padding:28px 12px 36px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="card" style="background-color:#fff; border-radius:14px; max-width:600px" bgcolor="#ffffff">
<tr><td class="band" style="background-color:#1a56a8; border-radius:14px 14px 0 0; padding:26px 32px" bgcolor="#1a56a8">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td valign="middle"><h1 class="h1 bi" style="color:#fff; text-decoration:none; margin:0; font-size:25px; line-height:1.3; font-weight:700; letter-spacing:-0.01em">潮信周报</h1><p class="small bm" style="color:#d6e1ef; text-decoration:none; margin:2px 0 0; font-size:13px; line-height:1.6"><span class="nb" style="white-space:nowrap">2025年6月16日星期一</span> · <span class="nb" style="white-space:nowrap">2 篇文章</span><span class="nb np" style="white-space:nowrap"> · 约 2 分钟读完</span></p></td>
</tr></table>
</td></tr>
<tr><td class="pad prose ink" style="padding:28px 32px 0; color:#171d28; text-decoration:none; font-size:16px; line-height:1.75"><p>各位好，</p>
<p>这是<strong>第一</strong>期。</p>
</td></tr>
<tr><td class="sec" style="padding:36px 32px 0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="tick" style="border-top:3px solid #1a56a8; padding:9px 0 0"><h2 class="h2 acc" style="color:#1a56a8; margin:0; font-size:17px; line-height:1.5; font-weight:700">算力与芯片</h2></td></tr></table></td></tr>
<tr><td class="lead" lang="en" dir="ltr" style="padding:16px 32px 14px">
<h3 class="hl" style="margin:18px 0 0; font-size:26px; line-height:1.35; font-weight:700; letter-spacing:-0.01em"><a class="ink" href="https://tideline.example.org/posts/wafer/" style="color:#171d28; text-decoration:none">Wafers &lt;&amp; all&gt;</a></h3>
<p class="meta mut" lang="zh-CN" style="color:#5b6472; margin:6px 0 0; font-size:13px; line-height:1.6">6月12日 · 约 1 分钟读完</p>
<p class="suml ink" style="color:#171d28; text-decoration:none; margin:12px 0 0; font-size:17px; line-height:1.75">Why wafers are round.</p>
<p class="tags mut" style="color:#5b6472; margin:12px 0 0; font-size:12px; line-height:26px"><span class="chip" style="background-color:#edf1f8; color:#19427b; border-radius:11px; padding:3px 10px; margin:0 3px 0 0; white-space:nowrap" bgcolor="#edf1f8">GPU</span> </p>
<table role="presentation" cellpadding="0" cellspacing="0" border="0" class="go" style="margin:18px 0 6px"><tr><td class="btn" style="background-color:#1a56a8; border-radius:8px" bgcolor="#1a56a8"><a class="bl" href="https://tideline.example.org/posts/wafer/" lang="zh-CN" style="display:block; color:#fff; text-decoration:none; font-size:15px; line-height:1.4; font-weight:600; padding:11px 22px">阅读全文 →</a></td></tr></table>
</td></tr>
<tr><td class="story" lang="zh-CN" dir="ltr" style="padding:18px 32px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="st" valign="top"><h3 class="h3" style="margin:0; font-size:19px; line-height:1.45; font-weight:700"><a class="ink" href="https://tideline.example.org/posts/tide/" style="color:#171d28; text-decoration:none">潮水冷却机房</a></h3>
<p class="meta mut" lang="zh-CN" style="color:#5b6472; margin:6px 0 0; font-size:13px; line-height:1.6">6月11日 · 约 1 分钟读完</p>
<p class="sum ink" style="color:#171d28; text-decoration:none; margin:8px 0 0; font-size:15px; line-height:1.7">三座机房用潮水冷却。</p>
</td></tr></table>
<p class="tags mut" style="color:#5b6472; margin:12px 0 0; font-size:12px; line-height:26px"><span class="chip" style="background-color:#edf1f8; color:#19427b; border-radius:11px; padding:3px 10px; margin:0 3px 0 0; white-space:nowrap" bgcolor="#edf1f8">潮汐能</span> <span class="chip" style="background-color:#edf1f8; color:#19427b; border-radius:11px; padding:3px 10px; margin:0 3px 0 0; white-space:nowrap" bgcolor="#edf1f8">GPU</span> </p>
<p class="more" style="margin:10px 0 0; font-size:14px; line-height:1.6; font-weight:600"><a class="read" href="https://tideline.example.org/posts/tide/" lang="zh-CN" style="color:#1a56a8; text-decoration:none">阅读全文 →</a></p>
</td></tr>
<tr><td class="end" style="padding:0 0 30px"></td></tr>
</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px"><tr><td class="foot mut" style="color:#5b6472; padding:24px 32px 0; font-size:13px; line-height:1.75">
<!--mail--><p class="f mut" style="color:#5b6472; margin:0 0 10px">您收到这封邮件，是因为 xq7emailxq7 订阅了《潮信周报》。</p><!--/mail-->
<p class="f mut" style="color:#5b6472; margin:0 0 10px"><!--personal--><a class="fl" href="https://xq7unsubxq7.invalid/" style="color:#1a56a8; text-decoration:underline">退订</a> · <!--/personal--><!--mail--><a class="fl" href="https://xq7viewxq7.invalid/" style="color:#1a56a8; text-decoration:underline">在浏览器中查看</a> · <!--/mail--><a class="fl" href="https://news.tideline.example.org/archive/" style="color:#1a56a8; text-decoration:underline">往期</a> · <a class="fl" href="https://news.tideline.example.org/feeds/" style="color:#1a56a8; text-decoration:underline">订阅源</a></p>
<p class="f mut" style="color:#5b6472; margin:0 0 10px">88 Harbour Road, Quanzhou 362000</p>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</div>
<!--page--></div><!--/page-->
</body>
</html>','潮信周报
2025年6月16日星期一 · 2 篇文章 · 约 2 分钟读完

各位好，

这是第一期。

========================================================================
算力与芯片
========================================================================

1. Wafers <& all>
    6月12日 · 约 1 分钟读完

    Why wafers are round.

    标签：GPU
    阅读：https://tideline.example.org/posts/wafer/

2. 潮水冷却机房
    6月11日 · 约 1 分钟读完

    三座机房用潮水冷却。

    标签：潮汐能、GPU
    阅读：https://tideline.example.org/posts/tide/

------------------------------------------------------------------------
您收到这封邮件，是因为 xq7emailxq7 订阅了《潮信周报》。

退订：https://xq7unsubxq7.invalid/
在浏览器中查看：https://xq7viewxq7.invalid/
往期：https://news.tideline.example.org/archive/
订阅源：https://news.tideline.example.org/feeds/

88 Harbour Road, Quanzhou 362000
','["{\"path\":\"posts/wafer.md\",\"guid\":\"tag:tideline.example.org,2025-06-12:posts/wafer\",\"url\":\"https://tideline.example.org/posts/wafer/\",\"title\":\"Wafers <& all>\",\"summary\":\"Why wafers are round.\",\"published\":\"2025-06-12T02:00:00+00:00\",\"topic\":{\"key\":\"chips\",\"title\":\"算力与芯片\"},\"topics\":[{\"key\":\"chips\",\"title\":\"算力与芯片\"}],\"tags\":[\"GPU\"],\"authors\":[],\"image\":null,\"language\":\"en\",\"featured\":false,\"reading_minutes\":1,\"score\":0.4045652527149559,\"revision\":\"999279aba44f212813019a54\"}", "{\"path\":\"posts/tide.md\",\"guid\":\"tag:tideline.example.org,2025-06-11:posts/tide\",\"url\":\"https://tideline.example.org/posts/tide/\",\"title\":\"潮水冷却机房\",\"summary\":\"三座机房用潮水冷却。\",\"published\":\"2025-06-11T01:00:00+00:00\",\"topic\":{\"key\":\"chips\",\"title\":\"算力与芯片\"},\"topics\":[{\"key\":\"chips\",\"title\":\"算力与芯片\"}],\"tags\":[\"潮汐能\",\"GPU\"],\"authors\":[],\"image\":null,\"language\":\"zh-CN\",\"featured\":false,\"reading_minutes\":1,\"score\":0.31802720711911353,\"revision\":\"4337f01db141d721470e6638\"}"]');
INSERT INTO "edition" VALUES('weekly-2025-06-16','chips.en.html','["chips"]','en','html','en','潮信周报：Wafers <& all>','Wafers <& all> · 潮水冷却机房','<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>潮信周报：Wafers &lt;&amp; all&gt;</title>
<!--[if mso]><xml xmlns:o="urn:schemas-microsoft-com:office:office"><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><style>td,a,p,h1,h2,h3,span{font-family:"Microsoft YaHei",Arial,sans-serif!important}</style><![endif]-->
<style data-css-inline="keep">
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media screen{
a:hover{text-decoration:underline!important}
.prose a{color:#1a56a8}
.prose p,.prose ul,.prose ol,.prose blockquote{margin:0 0 12px}
}
@media (max-width:620px){
.edge{padding:0 0 28px!important}
.card,.band{border-radius:0!important}
.band{padding:22px 20px!important}
.pad{padding-left:20px!important;padding-right:20px!important}
.foot{padding-left:20px!important;padding-right:20px!important}
.sec,.story,.lead{padding-left:20px!important;padding-right:20px!important}
.st{display:block!important;width:100%!important;box-sizing:border-box}
.gap{padding:0 0 14px!important}
.im{width:100%!important}
.np{display:none!important}
.hl{font-size:23px!important}
}
@media (prefers-color-scheme:dark){
.body{background-color:#0e141e!important}
img{color:#a0aab8!important}
.page{background-color:#0e141e!important}
.card{background-color:#182230!important}
.chip{background-color:#243650!important}
.band{background-color:#16417c!important}
.btn{background-color:#1a56a8!important}
.ink{color:#e8ecf2!important}
.mut{color:#a0aab8!important}
.acc,.prose a{color:#6f96cf!important}
.chip{color:#cdd7e6!important}
.bi{color:#e8ecf2!important}
.bm{color:#c4cedc!important}
.bl{color:#ffffff!important}
.tick{border-color:#6f96cf!important}
.im{background-color:#243650!important}
.read,.fl{color:#6f96cf!important}
}
[data-ogsc] .ink{color:#e8ecf2!important}
[data-ogsc] .mut{color:#a0aab8!important}
[data-ogsc] .acc,[data-ogsc] .prose a{color:#6f96cf!important}
[data-ogsc] .chip{color:#cdd7e6!important}
[data-ogsc] .bi{color:#e8ecf2!important}
[data-ogsc] .bm{color:#c4cedc!important}
[data-ogsc] .bl{color:#ffffff!important}
[data-ogsb] .page{background-color:#0e141e!important}
[data-ogsb] .card{background-color:#182230!important}
[data-ogsb] .chip{background-color:#243650!important}
[data-ogsb] .band{background-color:#16417c!important}
[data-ogsb] .btn{background-color:#1a56a8!important}
</style>

</head>
<body class="body" style="margin:0; padding:0; background-color:#ebeff5; -webkit-text-size-adjust:100%; -ms-text-size-adjust:100%" bgcolor="#ebeff5">
<div class="pre" style="display:none; max-height:0; overflow:hidden; mso-hide:all; font-size:1px; line-height:1px; color:#ebeff5">Wafers &lt;&amp; all&gt; · 潮水冷却机房​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ </div>

<div class="root" role="article" aria-roledescription="email" aria-label="潮信周报：Wafers &lt;&amp; all&gt;" lang="en" dir="ltr" style=''font-family:-apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", system-ui, sans-serif; font-size:16px; line-height:1.65; color:#171d28; word-break:break-word; overflow-wrap:break-word''>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="page" style="background-color:#ebeff5" bgcolor="#ebeff5"><tr><td align="center" class="edge" style="padding:28px 12px 36px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="card" style="background-color:#fff; border-radius:14px; max-width:600px" bgcolor="#ffffff">
<tr><td class="band" style="background-color:#1a56a8; border-radius:14px 14px 0 0; padding:26px 32px" bgcolor="#1a56a8">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td valign="middle"><h1 class="h1 bi" style="color:#fff; text-decoration:none; margin:0; font-size:25px; line-height:1.3; font-weight:700; letter-spacing:-0.01em">潮信周报</h1><p class="small bm" style="color:#d6e1ef; text-decoration:none; margin:2px 0 0; font-size:13px; line-height:1.6"><span class="nb" style="white-space:nowrap">Monday, June 16, 2025</span> · <span class="nb" style="white-space:nowrap">2 stories</span><span class="nb np" style="white-space:nowrap"> · 2 min read</span></p></td>
</tr></table>
</td></tr>
<tr><td class="pad prose ink" style="padding:28px 32px 0; color:#171d28; text-decoration:none; font-size:16px; line-height:1.75"><p>各位好，</p>
<p>这是<strong>第一</strong>期。</p>
</td></tr>
<tr><td class="sec" style="padding:36px 32px 0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="tick" style="border-top:3px solid #1a56a8; padding:9px 0 0"><h2 class="h2 acc" style="color:#1a56a8; margin:0; font-size:17px; line-height:1.5; font-weight:700">算力与芯片</h2></td></tr></table></td></tr>
<tr><td class="lead" lang="en" dir="ltr" style="padding:16px 32px 14px">
<h3 class="hl" style="margin:18px 0 0; font-size:26px; line-height:1.35; font-weight:700; letter-spacing:-0.01em"><a class="ink" href="https://tideline.example.org/posts/wafer/" style="color:#171d28; text-decoration:none">Wafers &lt;&amp; all&gt;</a></h3>
<p class="meta mut" lang="en" style="color:#5b6472; margin:6px 0 0; font-size:13px; line-height:1.6">Jun 12 · 1 min read</p>
<p class="suml ink" style="color:#171d28; text-decoration:none; margin:12px 0 0; font-size:17px; line-height:1.75">Why wafers are round.</p>
<p class="tags mut" style="color:#5b6472; margin:12px 0 0; font-size:12px; line-height:26px"><span class="chip" style="background-color:#edf1f8; color:#19427b; border-radius:11px; padding:3px 10px; margin:0 3px 0 0; white-space:nowrap" bgcolor="#edf1f8">GPU</span> </p>
<table role="presentation" cellpadding="0" cellspacing="0" border="0" class="go" style="margin:18px 0 6px"><tr><td class="btn" style="background-color:#1a56a8; border-radius:8px" bgcolor="#1a56a8"><a class="bl" href="https://tideline.example.org/posts/wafer/" lang="en" style="display:block; color:#fff; text-decoration:none; font-size:15px; line-height:1.4; font-weight:600; padding:11px 22px">Read the article →</a></td></tr></table>
</td></tr>
<tr><td class="story" lang="zh-CN" dir="ltr" style="padding:18px 32px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="st" valign="top"><h3 class="h3" style="margin:0; font-size:19px; line-height:1.45; font-weight:700"><a class="ink" href="https://tideline.example.org/posts/tide/" style="color:#171d28; text-decoration:none">潮水冷却机房</a></h3>
<p class="meta mut" lang="en" style="color:#5b6472; margin:6px 0 0; font-size:13px; line-height:1.6">Jun 11 · 1 min read</p>
<p class="sum ink" style="color:#171d28; text-decoration:none; margin:8px 0 0; font-size:15px; line-height:1.7">三座机房用潮水冷却。</p>
</td></tr></table>
<p class="tags mut" style="color:#5b6472; margin:12px 0 0; font-size:12px; line-height:26px"><span class="chip" style="background-color:#edf1f8; color:#19427b; border-radius:11px; padding:3px 10px; margin:0 3px 0 0; white-space:nowrap" bgcolor="#edf1f8">潮汐能</span> <span class="chip" style="background-color:#edf1f8; color:#19427b; border-radius:11px; padding:3px 10px; margin:0 3px 0 0; white-space:nowrap" bgcolor="#edf1f8">GPU</span> </p>
<p class="more" style="margin:10px 0 0; font-size:14px; line-height:1.6; font-weight:600"><a class="read" href="https://tideline.example.org/posts/tide/" lang="en" style="color:#1a56a8; text-decoration:none">Read the article →</a></p>
</td></tr>
<tr><td class="end" style="padding:0 0 30px"></td></tr>
</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px"><tr><td class="foot mut" style="color:#5b6472; padding:24px 32px 0; font-size:13px; line-height:1.75">
<p class="f mut" style="color:#5b6472; margin:0 0 10px">You get this mail because xq7emailxq7 is subscribed to 潮信周报.</p>
<p class="f mut" style="color:#5b6472; margin:0 0 10px"><a class="fl" href="https://xq7unsubxq7.invalid/" style="color:#1a56a8; text-decoration:underline">Unsubscribe</a> · <a class="fl" href="https://xq7viewxq7.invalid/" style="color:#1a56a8; text-decoration:underline">View in browser</a> · <a class="fl" href="https://news.tideline.example.org/archive/" style="color:#1a56a8; text-decoration:underline">All issues</a> · <a class="fl" href="https://news.tideline.example.org/feeds/" style="color:#1a56a8; text-decoration:underline">Feeds</a></p>
<p class="f mut" style="color:#5b6472; margin:0 0 10px">88 Harbour Road, Quanzhou 362000</p>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</div>

</body>
</html>','<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>潮信周报：Wafers &lt;&amp; all&gt;</title>
<!--[if mso]><xml xmlns:o="urn:schemas-microsoft-com:office:office"><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><style>td,a,p,h1,h2,h3,span{font-family:"Microsoft YaHei",Arial,sans-serif!important}</style><![endif]-->
<style data-css-inline="keep">
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media screen{
a:hover{text-decoration:underline!important}
.prose a{color:#1a56a8}
.prose p,.prose ul,.prose ol,.prose blockquote{margin:0 0 12px}
}
@media (max-width:620px){
.edge{padding:0 0 28px!important}
.card,.band{border-radius:0!important}
.band{padding:22px 20px!important}
.pad{padding-left:20px!important;padding-right:20px!important}
.foot{padding-left:20px!important;padding-right:20px!important}
.sec,.story,.lead{padding-left:20px!important;padding-right:20px!important}
.st{display:block!important;width:100%!important;box-sizing:border-box}
.gap{padding:0 0 14px!important}
.im{width:100%!important}
.np{display:none!important}
.hl{font-size:23px!important}
}
@media (prefers-color-scheme:dark){
.body{background-color:#0e141e!important}
img{color:#a0aab8!important}
.page{background-color:#0e141e!important}
.card{background-color:#182230!important}
.chip{background-color:#243650!important}
.band{background-color:#16417c!important}
.btn{background-color:#1a56a8!important}
.ink{color:#e8ecf2!important}
.mut{color:#a0aab8!important}
.acc,.prose a{color:#6f96cf!important}
.chip{color:#cdd7e6!important}
.bi{color:#e8ecf2!important}
.bm{color:#c4cedc!important}
.bl{color:#ffffff!important}
.tick{border-color:#6f96cf!important}
.im{background-color:#243650!important}
.read,.fl{color:#6f96cf!important}
}
[data-ogsc] .ink{color:#e8ecf2!important}
[data-ogsc] .mut{color:#a0aab8!important}
[data-ogsc] .acc,[data-ogsc] .prose a{color:#6f96cf!important}
[data-ogsc] .chip{color:#cdd7e6!important}
[data-ogsc] .bi{color:#e8ecf2!important}
[data-ogsc] .bm{color:#c4cedc!important}
[data-ogsc] .bl{color:#ffffff!important}
[data-ogsb] .page{background-color:#0e141e!important}
[data-ogsb] .card{background-color:#182230!important}
[data-ogsb] .chip{background-color:#243650!important}
[data-ogsb] .band{background-color:#16417c!important}
[data-ogsb] .btn{background-color:#1a56a8!important}
</style>
<!--page-head-->
</head>
<body class="body" style="margin:0; padding:0; background-color:#ebeff5; -webkit-text-size-adjust:100%; -ms-text-size-adjust:100%" bgcolor="#ebeff5">
<div class="pre" style="display:none; max-height:0; overflow:hidden; mso-hide:all; font-size:1px; line-height:1px; color:#ebeff5">Wafers &lt;&amp; all&gt; · 潮水冷却机房​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ </div>
<!--page--><div role="main"><!--/page-->
<div class="root" role="article" aria-roledescription="email" aria-label="潮信周报：Wafers &lt;&amp; all&gt;" lang="en" dir="ltr" style=''font-family:-apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", system-ui, sans-serif; font-size:16px; line-height:1.65; color:#171d28; word-break:break-word; overflow-wrap:break-word''>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="page" style="background-color:#ebeff5" bgcolor="#ebeff5"><tr><td align="center" class="edge" style="padding:28px 12px 36px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="card" style="background-color:#fff; border-radius:14px; max-width:600px" bgcolor="#ffffff">
<tr><td class="band" style="background-color:#1a56a8; border-radius:14px 14px 0 0; padding:26px 32px" bgcolor="#1a56a8">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td valign="middle"><h1 class="h1 bi" style="color:#fff; text-decoration:none; margin:0; font-size:25px; line-height:1.3; font-weight:700; letter-spacing:-0.01em">潮信周报</h1><p class="small bm" style="color:#d6e1ef; text-decoration:none; margin:2px 0 0; font-size:13px; line-height:1.6"><span class="nb" style="white-space:nowrap">Monday, June 16, 2025</span> · <span class="nb" style="white-space:nowrap">2 stories</span><span class="nb np" style="white-space:nowrap"> · 2 min read</span></p></td>
</tr></table>
</td></tr>
<tr><td class="pad prose ink" style="padding:28px 32px 0; color:#171d28; text-decoration:none; font-size:16px; line-height:1.75"><p>各位好，</p>
<p>这是<strong>第一</strong>期。</p>
</td></tr>
<tr><td class="sec" style="padding:36px 32px 0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="tick" style="border-top:3px solid #1a56a8; padding:9px 0 0"><h2 class="h2 acc" style="color:#1a56a8; margin:0; font-size:17px; line-height:1.5; font-weight:700">算力与芯片</h2></td></tr></table></td></tr>
<tr><td class="lead" lang="en" dir="ltr" style="padding:16px 32px 14px">
<h3 class="hl" style="margin:18px 0 0; font-size:26px; line-height:1.35; font-weight:700; letter-spacing:-0.01em"><a class="ink" href="https://tideline.example.org/posts/wafer/" style="color:#171d28; text-decoration:none">Wafers &lt;&amp; all&gt;</a></h3>
<p class="meta mut" lang="en" style="color:#5b6472; margin:6px 0 0; font-size:13px; line-height:1.6">Jun 12 · 1 min read</p>
<p class="suml ink" style="color:#171d28; text-decoration:none; margin:12px 0 0; font-size:17px; line-height:1.75">Why wafers are round.</p>
<p class="tags mut" style="color:#5b6472; margin:12px 0 0; font-size:12px; line-height:26px"><span class="chip" style="background-color:#edf1f8; color:#19427b; border-radius:11px; padding:3px 10px; margin:0 3px 0 0; white-space:nowrap" bgcolor="#edf1f8">GPU</span> </p>
<table role="presentation" cellpadding="0" cellspacing="0" border="0" class="go" style="margin:18px 0 6px"><tr><td class="btn" style="background-color:#1a56a8; border-radius:8px" bgcolor="#1a56a8"><a class="bl" href="https://tideline.example.org/posts/wafer/" lang="en" style="display:block; color:#fff; text-decoration:none; font-size:15px; line-height:1.4; font-weight:600; padding:11px 22px">Read the article →</a></td></tr></table>
</td></tr>
<tr><td class="story" lang="zh-CN" dir="ltr" style="padding:18px 32px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="st" valign="top"><h3 class="h3" style="margin:0; font-size:19px; line-height:1.45; font-weight:700"><a class="ink" href="https://tideline.example.org/posts/tide/" style="color:#171d28; text-decoration:none">潮水冷却机房</a></h3>
<p class="meta mut" lang="en" style="color:#5b6472; margin:6px 0 0; font-size:13px; line-height:1.6">Jun 11 · 1 min read</p>
<p class="sum ink" style="color:#171d28; text-decoration:none; margin:8px 0 0; font-size:15px; line-height:1.7">三座机房用潮水冷却。</p>
</td></tr></table>
<p class="tags mut" style="color:#5b6472; margin:12px 0 0; font-size:12px; line-height:26px"><span class="chip" style="background-color:#edf1f8; color:#19427b; border-radius:11px; padding:3px 10px; margin:0 3px 0 0; white-space:nowrap" bgcolor="#edf1f8">潮汐能</span> <span class="chip" style="background-color:#edf1f8; color:#19427b; border-radius:11px; padding:3px 10px; margin:0 3px 0 0; white-space:nowrap" bgcolor="#edf1f8">GPU</span> </p>
<p class="more" style="margin:10px 0 0; font-size:14px; line-height:1.6; font-weight:600"><a class="read" href="https://tideline.example.org/posts/tide/" lang="en" style="color:#1a56a8; text-decoration:none">Read the article →</a></p>
</td></tr>
<tr><td class="end" style="padding:0 0 30px"></td></tr>
</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px"><tr><td class="foot mut" style="color:#5b6472; padding:24px 32px 0; font-size:13px; line-height:1.75">
<!--mail--><p class="f mut" style="color:#5b6472; margin:0 0 10px">You get this mail because xq7emailxq7 is subscribed to 潮信周报.</p><!--/mail-->
<p class="f mut" style="color:#5b6472; margin:0 0 10px"><!--personal--><a class="fl" href="https://xq7unsubxq7.invalid/" style="color:#1a56a8; text-decoration:underline">Unsubscribe</a> · <!--/personal--><!--mail--><a class="fl" href="https://xq7viewxq7.invalid/" style="color:#1a56a8; text-decoration:underline">View in browser</a> · <!--/mail--><a class="fl" href="https://news.tideline.example.org/archive/" style="color:#1a56a8; text-decoration:underline">All issues</a> · <a class="fl" href="https://news.tideline.example.org/feeds/" style="color:#1a56a8; text-decoration:underline">Feeds</a></p>
<p class="f mut" style="color:#5b6472; margin:0 0 10px">88 Harbour Road, Quanzhou 362000</p>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</div>
<!--page--></div><!--/page-->
</body>
</html>','潮信周报
Monday, June 16, 2025 · 2 stories · 2 min read

各位好，

这是第一期。

========================================================================
算力与芯片
========================================================================

1. Wafers <& all>
    Jun 12 · 1 min read

    Why wafers are round.

    Tags: GPU
    Read: https://tideline.example.org/posts/wafer/

2. 潮水冷却机房
    Jun 11 · 1 min read

    三座机房用潮水冷却。

    Tags: 潮汐能, GPU
    Read: https://tideline.example.org/posts/tide/

------------------------------------------------------------------------
You get this mail because xq7emailxq7 is subscribed to 潮信周报.

Unsubscribe: https://xq7unsubxq7.invalid/
View in browser: https://xq7viewxq7.invalid/
All issues: https://news.tideline.example.org/archive/
Feeds: https://news.tideline.example.org/feeds/

88 Harbour Road, Quanzhou 362000
','["{\"path\":\"posts/wafer.md\",\"guid\":\"tag:tideline.example.org,2025-06-12:posts/wafer\",\"url\":\"https://tideline.example.org/posts/wafer/\",\"title\":\"Wafers <& all>\",\"summary\":\"Why wafers are round.\",\"published\":\"2025-06-12T02:00:00+00:00\",\"topic\":{\"key\":\"chips\",\"title\":\"算力与芯片\"},\"topics\":[{\"key\":\"chips\",\"title\":\"算力与芯片\"}],\"tags\":[\"GPU\"],\"authors\":[],\"image\":null,\"language\":\"en\",\"featured\":false,\"reading_minutes\":1,\"score\":0.4045652527149559,\"revision\":\"999279aba44f212813019a54\"}", "{\"path\":\"posts/tide.md\",\"guid\":\"tag:tideline.example.org,2025-06-11:posts/tide\",\"url\":\"https://tideline.example.org/posts/tide/\",\"title\":\"潮水冷却机房\",\"summary\":\"三座机房用潮水冷却。\",\"published\":\"2025-06-11T01:00:00+00:00\",\"topic\":{\"key\":\"chips\",\"title\":\"算力与芯片\"},\"topics\":[{\"key\":\"chips\",\"title\":\"算力与芯片\"}],\"tags\":[\"潮汐能\",\"GPU\"],\"authors\":[],\"image\":null,\"language\":\"zh-CN\",\"featured\":false,\"reading_minutes\":1,\"score\":0.31802720711911353,\"revision\":\"4337f01db141d721470e6638\"}"]');
INSERT INTO "edition" VALUES('weekly-2025-06-16','chips.en.text','["chips"]','en','text','en','潮信周报：Wafers <& all>','Wafers <& all> · 潮水冷却机房','<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<title>潮信周报：Wafers &lt;&amp; all&gt;</title>

</head>
<body>

<div role="article" aria-roledescription="email" aria-label="潮信周报：Wafers &lt;&amp; all&gt;" lang="en" dir="ltr" style="max-width:40em;font-family:-apple-system,''Segoe UI'',Roboto,''Helvetica Neue'',''PingFang SC'',''Hiragino Sans GB'',''Microsoft YaHei'',''Noto Sans SC'',''Noto Sans CJK SC'',system-ui,sans-serif;line-height:1.7">
<h1>潮信周报</h1>
<p>Monday, June 16, 2025 · 2 stories · 2 min read</p>
<p>各位好，</p>
<p>这是<strong>第一</strong>期。</p>

<hr>
<h2>算力与芯片</h2>
<div lang="en" dir="ltr">
<h3>1. <a href="https://tideline.example.org/posts/wafer/">Wafers &lt;&amp; all&gt;</a></h3>
<p lang="en">Jun 12 · 1 min read</p>
<p>Why wafers are round.</p>
<p><span lang="en">Tags: </span>GPU</p>
</div>
<div lang="zh-CN" dir="ltr">
<h3>2. <a href="https://tideline.example.org/posts/tide/">潮水冷却机房</a></h3>
<p lang="en">Jun 11 · 1 min read</p>
<p>三座机房用潮水冷却。</p>
<p><span lang="en">Tags: </span>潮汐能, GPU</p>
</div>
<hr>
<p>You get this mail because xq7emailxq7 is subscribed to 潮信周报.</p>
<p><a href="https://xq7unsubxq7.invalid/">Unsubscribe</a> · <a href="https://xq7viewxq7.invalid/">View in browser</a> · <a href="https://news.tideline.example.org/archive/">All issues</a> · <a href="https://news.tideline.example.org/feeds/">Feeds</a></p>
<p>88 Harbour Road, Quanzhou 362000</p>
</div>

</body>
</html>','<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<title>潮信周报：Wafers &lt;&amp; all&gt;</title>
<!--page-head-->
</head>
<body>
<!--page--><div role="main"><!--/page-->
<div role="article" aria-roledescription="email" aria-label="潮信周报：Wafers &lt;&amp; all&gt;" lang="en" dir="ltr" style="max-width:40em;font-family:-apple-system,''Segoe UI'',Roboto,''Helvetica Neue'',''PingFang SC'',''Hiragino Sans GB'',''Microsoft YaHei'',''Noto Sans SC'',''Noto Sans CJK SC'',system-ui,sans-serif;line-height:1.7">
<h1>潮信周报</h1>
<p>Monday, June 16, 2025 · 2 stories · 2 min read</p>
<p>各位好，</p>
<p>这是<strong>第一</strong>期。</p>

<hr>
<h2>算力与芯片</h2>
<div lang="en" dir="ltr">
<h3>1. <a href="https://tideline.example.org/posts/wafer/">Wafers &lt;&amp; all&gt;</a></h3>
<p lang="en">Jun 12 · 1 min read</p>
<p>Why wafers are round.</p>
<p><span lang="en">Tags: </span>GPU</p>
</div>
<div lang="zh-CN" dir="ltr">
<h3>2. <a href="https://tideline.example.org/posts/tide/">潮水冷却机房</a></h3>
<p lang="en">Jun 11 · 1 min read</p>
<p>三座机房用潮水冷却。</p>
<p><span lang="en">Tags: </span>潮汐能, GPU</p>
</div>
<hr>
<!--mail--><p>You get this mail because xq7emailxq7 is subscribed to 潮信周报.</p><!--/mail-->
<p><!--personal--><a href="https://xq7unsubxq7.invalid/">Unsubscribe</a> · <!--/personal--><!--mail--><a href="https://xq7viewxq7.invalid/">View in browser</a> · <!--/mail--><a href="https://news.tideline.example.org/archive/">All issues</a> · <a href="https://news.tideline.example.org/feeds/">Feeds</a></p>
<p>88 Harbour Road, Quanzhou 362000</p>
</div>
<!--page--></div><!--/page-->
</body>
</html>','潮信周报
Monday, June 16, 2025 · 2 stories · 2 min read

各位好，

这是第一期。

========================================================================
算力与芯片
========================================================================

1. Wafers <& all>
    Jun 12 · 1 min read

    Why wafers are round.

    Tags: GPU
    Read: https://tideline.example.org/posts/wafer/

2. 潮水冷却机房
    Jun 11 · 1 min read

    三座机房用潮水冷却。

    Tags: 潮汐能, GPU
    Read: https://tideline.example.org/posts/tide/

------------------------------------------------------------------------
You get this mail because xq7emailxq7 is subscribed to 潮信周报.

Unsubscribe: https://xq7unsubxq7.invalid/
View in browser: https://xq7viewxq7.invalid/
All issues: https://news.tideline.example.org/archive/
Feeds: https://news.tideline.example.org/feeds/

88 Harbour Road, Quanzhou 362000
','["{\"path\":\"posts/wafer.md\",\"guid\":\"tag:tideline.example.org,2025-06-12:posts/wafer\",\"url\":\"https://tideline.example.org/posts/wafer/\",\"title\":\"Wafers <& all>\",\"summary\":\"Why wafers are round.\",\"published\":\"2025-06-12T02:00:00+00:00\",\"topic\":{\"key\":\"chips\",\"title\":\"算力与芯片\"},\"topics\":[{\"key\":\"chips\",\"title\":\"算力与芯片\"}],\"tags\":[\"GPU\"],\"authors\":[],\"image\":null,\"language\":\"en\",\"featured\":false,\"reading_minutes\":1,\"score\":0.4045652527149559,\"revision\":\"999279aba44f212813019a54\"}", "{\"path\":\"posts/tide.md\",\"guid\":\"tag:tideline.example.org,2025-06-11:posts/tide\",\"url\":\"https://tideline.example.org/posts/tide/\",\"title\":\"潮水冷却机房\",\"summary\":\"三座机房用潮水冷却。\",\"published\":\"2025-06-11T01:00:00+00:00\",\"topic\":{\"key\":\"chips\",\"title\":\"算力与芯片\"},\"topics\":[{\"key\":\"chips\",\"title\":\"算力与芯片\"}],\"tags\":[\"潮汐能\",\"GPU\"],\"authors\":[],\"image\":null,\"language\":\"zh-CN\",\"featured\":false,\"reading_minutes\":1,\"score\":0.31802720711911353,\"revision\":\"4337f01db141d721470e6638\"}"]');
INSERT INTO "edition" VALUES('weekly-2025-06-16','chips+energy.en.text','["chips", "energy"]','en','text','en','潮信周报：Wafers <& all>','Wafers <& all> · 潮水冷却机房','<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<title>潮信周报：Wafers &lt;&amp; all&gt;</title>

</head>
<body>

<div role="article" aria-roledescription="email" aria-label="潮信周报：Wafers &lt;&amp; all&gt;" lang="en" dir="ltr" style="max-width:40em;font-family:-apple-system,''Segoe UI'',Roboto,''Helvetica Neue'',''PingFang SC'',''Hiragino Sans GB'',''Microsoft YaHei'',''Noto Sans SC'',''Noto Sans CJK SC'',system-ui,sans-serif;line-height:1.7">
<h1>潮信周报</h1>
<p>Monday, June 16, 2025 · 2 stories · 2 min read</p>
<p>各位好，</p>
<p>这是<strong>第一</strong>期。</p>

<hr>
<h2>算力与芯片</h2>
<div lang="en" dir="ltr">
<h3>1. <a href="https://tideline.example.org/posts/wafer/">Wafers &lt;&amp; all&gt;</a></h3>
<p lang="en">Jun 12 · 1 min read</p>
<p>Why wafers are round.</p>
<p><span lang="en">Tags: </span>GPU</p>
</div>
<div lang="zh-CN" dir="ltr">
<h3>2. <a href="https://tideline.example.org/posts/tide/">潮水冷却机房</a></h3>
<p lang="en">Jun 11 · 1 min read</p>
<p>三座机房用潮水冷却。</p>
<p><span lang="en">Tags: </span>潮汐能, GPU</p>
</div>
<hr>
<p>You get this mail because xq7emailxq7 is subscribed to 潮信周报.</p>
<p><a href="https://xq7unsubxq7.invalid/">Unsubscribe</a> · <a href="https://xq7viewxq7.invalid/">View in browser</a> · <a href="https://news.tideline.example.org/archive/">All issues</a> · <a href="https://news.tideline.example.org/feeds/">Feeds</a></p>
<p>88 Harbour Road, Quanzhou 362000</p>
</div>

</body>
</html>','<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<title>潮信周报：Wafers &lt;&amp; all&gt;</title>
<!--page-head-->
</head>
<body>
<!--page--><div role="main"><!--/page-->
<div role="article" aria-roledescription="email" aria-label="潮信周报：Wafers &lt;&amp; all&gt;" lang="en" dir="ltr" style="max-width:40em;font-family:-apple-system,''Segoe UI'',Roboto,''Helvetica Neue'',''PingFang SC'',''Hiragino Sans GB'',''Microsoft YaHei'',''Noto Sans SC'',''Noto Sans CJK SC'',system-ui,sans-serif;line-height:1.7">
<h1>潮信周报</h1>
<p>Monday, June 16, 2025 · 2 stories · 2 min read</p>
<p>各位好，</p>
<p>这是<strong>第一</strong>期。</p>

<hr>
<h2>算力与芯片</h2>
<div lang="en" dir="ltr">
<h3>1. <a href="https://tideline.example.org/posts/wafer/">Wafers &lt;&amp; all&gt;</a></h3>
<p lang="en">Jun 12 · 1 min read</p>
<p>Why wafers are round.</p>
<p><span lang="en">Tags: </span>GPU</p>
</div>
<div lang="zh-CN" dir="ltr">
<h3>2. <a href="https://tideline.example.org/posts/tide/">潮水冷却机房</a></h3>
<p lang="en">Jun 11 · 1 min read</p>
<p>三座机房用潮水冷却。</p>
<p><span lang="en">Tags: </span>潮汐能, GPU</p>
</div>
<hr>
<!--mail--><p>You get this mail because xq7emailxq7 is subscribed to 潮信周报.</p><!--/mail-->
<p><!--personal--><a href="https://xq7unsubxq7.invalid/">Unsubscribe</a> · <!--/personal--><!--mail--><a href="https://xq7viewxq7.invalid/">View in browser</a> · <!--/mail--><a href="https://news.tideline.example.org/archive/">All issues</a> · <a href="https://news.tideline.example.org/feeds/">Feeds</a></p>
<p>88 Harbour Road, Quanzhou 362000</p>
</div>
<!--page--></div><!--/page-->
</body>
</html>','潮信周报
Monday, June 16, 2025 · 2 stories · 2 min read

各位好，

这是第一期。

========================================================================
算力与芯片
========================================================================

1. Wafers <& all>
    Jun 12 · 1 min read

    Why wafers are round.

    Tags: GPU
    Read: https://tideline.example.org/posts/wafer/

2. 潮水冷却机房
    Jun 11 · 1 min read

    三座机房用潮水冷却。

    Tags: 潮汐能, GPU
    Read: https://tideline.example.org/posts/tide/

------------------------------------------------------------------------
You get this mail because xq7emailxq7 is subscribed to 潮信周报.

Unsubscribe: https://xq7unsubxq7.invalid/
View in browser: https://xq7viewxq7.invalid/
All issues: https://news.tideline.example.org/archive/
Feeds: https://news.tideline.example.org/feeds/

88 Harbour Road, Quanzhou 362000
','["{\"path\":\"posts/wafer.md\",\"guid\":\"tag:tideline.example.org,2025-06-12:posts/wafer\",\"url\":\"https://tideline.example.org/posts/wafer/\",\"title\":\"Wafers <& all>\",\"summary\":\"Why wafers are round.\",\"published\":\"2025-06-12T02:00:00+00:00\",\"topic\":{\"key\":\"chips\",\"title\":\"算力与芯片\"},\"topics\":[{\"key\":\"chips\",\"title\":\"算力与芯片\"}],\"tags\":[\"GPU\"],\"authors\":[],\"image\":null,\"language\":\"en\",\"featured\":false,\"reading_minutes\":1,\"score\":0.4045652527149559,\"revision\":\"999279aba44f212813019a54\"}", "{\"path\":\"posts/tide.md\",\"guid\":\"tag:tideline.example.org,2025-06-11:posts/tide\",\"url\":\"https://tideline.example.org/posts/tide/\",\"title\":\"潮水冷却机房\",\"summary\":\"三座机房用潮水冷却。\",\"published\":\"2025-06-11T01:00:00+00:00\",\"topic\":{\"key\":\"chips\",\"title\":\"算力与芯片\"},\"topics\":[{\"key\":\"chips\",\"title\":\"算力与芯片\"}],\"tags\":[\"潮汐能\",\"GPU\"],\"authors\":[],\"image\":null,\"language\":\"zh-CN\",\"featured\":false,\"reading_minutes\":1,\"score\":0.31802720711911353,\"revision\":\"4337f01db141d721470e6638\"}"]');
INSERT INTO "edition" VALUES('weekly-2025-06-23','all.zh-CN.html','[]','zh-CN','html','zh-CN','潮信周报：风停的那一天','风停的那一天 · 电网的早高峰','<!DOCTYPE html>
<html lang="zh-CN" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>潮信周报：风停的那一天</title>
<!--[if mso]><xml xmlns:o="urn:schemas-microsoft-com:office:office"><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><style>td,a,p,h1,h2,h3,span{font-family:"Microsoft YaHei",Arial,sans-serif!important}</style><![endif]-->
<style data-css-inline="keep">
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media screen{
a:hover{text-decoration:underline!important}
.prose a{color:#1a56a8}
.prose p,.prose ul,.prose ol,.prose blockquote{margin:0 0 12px}
}
@media (max-width:620px){
.edge{padding:0 0 28px!important}
.card,.band{border-radius:0!important}
.band{padding:22px 20px!important}
.pad{padding-left:20px!important;padding-right:20px!important}
.foot{padding-left:20px!important;padding-right:20px!important}
.sec,.story,.lead{padding-left:20px!important;padding-right:20px!important}
.st{display:block!important;width:100%!important;box-sizing:border-box}
.gap{padding:0 0 14px!important}
.im{width:100%!important}
.np{display:none!important}
.hl{font-size:23px!important}
}
@media (prefers-color-scheme:dark){
.body{background-color:#0e141e!important}
img{color:#a0aab8!important}
.page{background-color:#0e141e!important}
.card{background-color:#182230!important}
.chip{background-color:#243650!important}
.band{background-color:#16417c!important}
.btn{background-color:#1a56a8!important}
.ink{color:#e8ecf2!important}
.mut{color:#a0aab8!important}
.acc,.prose a{color:#6f96cf!important}
.chip{color:#cdd7e6!important}
.bi{color:#e8ecf2!important}
.bm{color:#c4cedc!important}
.bl{color:#ffffff!important}
.tick{border-color:#6f96cf!important}
.im{background-color:#243650!important}
.read,.fl{color:#6f96cf!important}
}
[data-ogsc] .ink{color:#e8ecf2!important}
[data-ogsc] .mut{color:#a0aab8!important}
[data-ogsc] .acc,[data-ogsc] .prose a{color:#6f96cf!important}
[data-ogsc] .chip{color:#cdd7e6!important}
[data-ogsc] .bi{color:#e8ecf2!important}
[data-ogsc] .bm{color:#c4cedc!important}
[data-ogsc] .bl{color:#ffffff!important}
[data-ogsb] .page{background-color:#0e141e!important}
[data-ogsb] .card{background-color:#182230!important}
[data-ogsb] .chip{background-color:#243650!important}
[data-ogsb] .band{background-color:#16417c!important}
[data-ogsb] .btn{background-color:#1a56a8!important}
</style>

</head>
<body class="body" style="margin:0; padding:0; background-color:#ebeff5; -webkit-text-size-adjust:100%; -ms-text-size-adjust:100%" bgcolor="#ebeff5">
<div class="pre" style="display:none; max-height:0; overflow:hidden; mso-hide:all; font-size:1px; line-height:1px; color:#ebeff5">风停的那一天 · 电网的早高峰​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ </div>

<div class="root" role="article" aria-roledescription="email" aria-label="潮信周报：风停的那一天" lang="zh-CN" dir="ltr" style=''font-family:-apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", system-ui, sans-serif; font-size:16px; line-height:1.65; color:#171d28; word-break:break-word; overflow-wrap:break-word''>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="page" style="background-color:#ebeff5" bgcolor="#ebeff5"><tr><td align="center" class="edge" style="padding:28px 12px 36px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="card" style="background-color:#fff; border-radius:14px; max-width:600px" bgcolor="#ffffff">
<tr><td class="band" style="background-color:#1a56a8; border-radius:14px 14px 0 0; padding:26px 32px" bgcolor="#1a56a8">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td valign="middle"><h1 class="h1 bi" style="color:#fff; text-decoration:none; margin:0; font-size:25px; line-height:1.3; font-weight:700; letter-spacing:-0.01em">潮信周报</h1><p class="small bm" style="color:#d6e1ef; text-decoration:none; margin:2px 0 0; font-size:13px; line-height:1.6"><span class="nb" style="white-space:nowrap">2025年6月23日星期一</span> · <span class="nb" style="white-space:nowrap">2 篇文章</span><span class="nb np" style="white-space:nowrap"> · 约 2 分钟读完</span></p></td>
</tr></table>
</td></tr>
<tr><td class="sec" style="padding:36px 32px 0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="tick" style="border-top:3px solid #1a56a8; padding:9px 0 0"><h2 class="h2 acc" style="color:#1a56a8; margin:0; font-size:17px; line-height:1.5; font-weight:700">能源与气候</h2></td></tr></table></td></tr>
<tr><td class="lead" lang="zh-CN" dir="ltr" style="padding:16px 32px 14px">
<h3 class="hl" style="margin:18px 0 0; font-size:26px; line-height:1.35; font-weight:700; letter-spacing:-0.01em"><a class="ink" href="https://tideline.example.org/posts/wind/" style="color:#171d28; text-decoration:none">风停的那一天</a></h3>
<p class="meta mut" lang="zh-CN" style="color:#5b6472; margin:6px 0 0; font-size:13px; line-height:1.6">6月20日 · 约 1 分钟读完</p>
<p class="suml ink" style="color:#171d28; text-decoration:none; margin:12px 0 0; font-size:17px; line-height:1.75">没有风。</p>
<table role="presentation" cellpadding="0" cellspacing="0" border="0" class="go" style="margin:18px 0 6px"><tr><td class="btn" style="background-color:#1a56a8; border-radius:8px" bgcolor="#1a56a8"><a class="bl" href="https://tideline.example.org/posts/wind/" lang="zh-CN" style="display:block; color:#fff; text-decoration:none; font-size:15px; line-height:1.4; font-weight:600; padding:11px 22px">阅读全文 →</a></td></tr></table>
</td></tr>
<tr><td class="story" lang="zh-CN" dir="ltr" style="padding:18px 32px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="st" valign="top"><h3 class="h3" style="margin:0; font-size:19px; line-height:1.45; font-weight:700"><a class="ink" href="https://tideline.example.org/posts/grid/" style="color:#171d28; text-decoration:none">电网的早高峰</a></h3>
<p class="meta mut" lang="zh-CN" style="color:#5b6472; margin:6px 0 0; font-size:13px; line-height:1.6">6月19日 · 约 1 分钟读完 · <span lang="zh-CN">陈</span></p>
<p class="sum ink" style="color:#171d28; text-decoration:none; margin:8px 0 0; font-size:15px; line-height:1.7">水壶与电网。</p>
</td></tr></table>
<p class="more" style="margin:10px 0 0; font-size:14px; line-height:1.6; font-weight:600"><a class="read" href="https://tideline.example.org/posts/grid/" lang="zh-CN" style="color:#1a56a8; text-decoration:none">阅读全文 →</a></p>
</td></tr>
<tr><td class="end" style="padding:0 0 30px"></td></tr>
</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px"><tr><td class="foot mut" style="color:#5b6472; padding:24px 32px 0; font-size:13px; line-height:1.75">
<p class="f mut" style="color:#5b6472; margin:0 0 10px">您收到这封邮件，是因为 xq7emailxq7 订阅了《潮信周报》。</p>
<p class="f mut" style="color:#5b6472; margin:0 0 10px"><a class="fl" href="https://xq7unsubxq7.invalid/" style="color:#1a56a8; text-decoration:underline">退订</a> · <a class="fl" href="https://xq7viewxq7.invalid/" style="color:#1a56a8; text-decoration:underline">在浏览器中查看</a> · <a class="fl" href="https://news.tideline.example.org/archive/" style="color:#1a56a8; text-decoration:underline">往期</a> · <a class="fl" href="https://news.tideline.example.org/feeds/" style="color:#1a56a8; text-decoration:underline">订阅源</a></p>
<p class="f mut" style="color:#5b6472; margin:0 0 10px">88 Harbour Road, Quanzhou 362000</p>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</div>

</body>
</html>','<!DOCTYPE html>
<html lang="zh-CN" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>潮信周报：风停的那一天</title>
<!--[if mso]><xml xmlns:o="urn:schemas-microsoft-com:office:office"><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><style>td,a,p,h1,h2,h3,span{font-family:"Microsoft YaHei",Arial,sans-serif!important}</style><![endif]-->
<style data-css-inline="keep">
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media screen{
a:hover{text-decoration:underline!important}
.prose a{color:#1a56a8}
.prose p,.prose ul,.prose ol,.prose blockquote{margin:0 0 12px}
}
@media (max-width:620px){
.edge{padding:0 0 28px!important}
.card,.band{border-radius:0!important}
.band{padding:22px 20px!important}
.pad{padding-left:20px!important;padding-right:20px!important}
.foot{padding-left:20px!important;padding-right:20px!important}
.sec,.story,.lead{padding-left:20px!important;padding-right:20px!important}
.st{display:block!important;width:100%!important;box-sizing:border-box}
.gap{padding:0 0 14px!important}
.im{width:100%!important}
.np{display:none!important}
.hl{font-size:23px!important}
}
@media (prefers-color-scheme:dark){
.body{background-color:#0e141e!important}
img{color:#a0aab8!important}
.page{background-color:#0e141e!important}
.card{background-color:#182230!important}
.chip{background-color:#243650!important}
.band{background-color:#16417c!important}
.btn{background-color:#1a56a8!important}
.ink{color:#e8ecf2!important}
.mut{color:#a0aab8!important}
.acc,.prose a{color:#6f96cf!important}
.chip{color:#cdd7e6!important}
.bi{color:#e8ecf2!important}
.bm{color:#c4cedc!important}
.bl{color:#ffffff!important}
.tick{border-color:#6f96cf!important}
.im{background-color:#243650!important}
.read,.fl{color:#6f96cf!important}
}
[data-ogsc] .ink{color:#e8ecf2!important}
[data-ogsc] .mut{color:#a0aab8!important}
[data-ogsc] .acc,[data-ogsc] .prose a{color:#6f96cf!important}
[data-ogsc] .chip{color:#cdd7e6!important}
[data-ogsc] .bi{color:#e8ecf2!important}
[data-ogsc] .bm{color:#c4cedc!important}
[data-ogsc] .bl{color:#ffffff!important}
[data-ogsb] .page{background-color:#0e141e!important}
[data-ogsb] .card{background-color:#182230!important}
[data-ogsb] .chip{background-color:#243650!important}
[data-ogsb] .band{background-color:#16417c!important}
[data-ogsb] .btn{background-color:#1a56a8!important}
</style>
<!--page-head-->
</head>
<body class="body" style="margin:0; padding:0; background-color:#ebeff5; -webkit-text-size-adjust:100%; -ms-text-size-adjust:100%" bgcolor="#ebeff5">
<div class="pre" style="display:none; max-height:0; overflow:hidden; mso-hide:all; font-size:1px; line-height:1px; color:#ebeff5">风停的那一天 · 电网的早高峰​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ ​‌ </div>
<!--page--><div role="main"><!--/page-->
<div class="root" role="article" aria-roledescription="email" aria-label="潮信周报：风停的那一天" lang="zh-CN" dir="ltr" style=''font-family:-apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", system-ui, sans-serif; font-size:16px; line-height:1.65; color:#171d28; word-break:break-word; overflow-wrap:break-word''>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="page" style="background-color:#ebeff5" bgcolor="#ebeff5"><tr><td align="center" class="edge" style="padding:28px 12px 36px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="card" style="background-color:#fff; border-radius:14px; max-width:600px" bgcolor="#ffffff">
<tr><td class="band" style="background-color:#1a56a8; border-radius:14px 14px 0 0; padding:26px 32px" bgcolor="#1a56a8">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td valign="middle"><h1 class="h1 bi" style="color:#fff; text-decoration:none; margin:0; font-size:25px; line-height:1.3; font-weight:700; letter-spacing:-0.01em">潮信周报</h1><p class="small bm" style="color:#d6e1ef; text-decoration:none; margin:2px 0 0; font-size:13px; line-height:1.6"><span class="nb" style="white-space:nowrap">2025年6月23日星期一</span> · <span class="nb" style="white-space:nowrap">2 篇文章</span><span class="nb np" style="white-space:nowrap"> · 约 2 分钟读完</span></p></td>
</tr></table>
</td></tr>
<tr><td class="sec" style="padding:36px 32px 0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="tick" style="border-top:3px solid #1a56a8; padding:9px 0 0"><h2 class="h2 acc" style="color:#1a56a8; margin:0; font-size:17px; line-height:1.5; font-weight:700">能源与气候</h2></td></tr></table></td></tr>
<tr><td class="lead" lang="zh-CN" dir="ltr" style="padding:16px 32px 14px">
<h3 class="hl" style="margin:18px 0 0; font-size:26px; line-height:1.35; font-weight:700; letter-spacing:-0.01em"><a class="ink" href="https://tideline.example.org/posts/wind/" style="color:#171d28; text-decoration:none">风停的那一天</a></h3>
<p class="meta mut" lang="zh-CN" style="color:#5b6472; margin:6px 0 0; font-size:13px; line-height:1.6">6月20日 · 约 1 分钟读完</p>
<p class="suml ink" style="color:#171d28; text-decoration:none; margin:12px 0 0; font-size:17px; line-height:1.75">没有风。</p>
<table role="presentation" cellpadding="0" cellspacing="0" border="0" class="go" style="margin:18px 0 6px"><tr><td class="btn" style="background-color:#1a56a8; border-radius:8px" bgcolor="#1a56a8"><a class="bl" href="https://tideline.example.org/posts/wind/" lang="zh-CN" style="display:block; color:#fff; text-decoration:none; font-size:15px; line-height:1.4; font-weight:600; padding:11px 22px">阅读全文 →</a></td></tr></table>
</td></tr>
<tr><td class="story" lang="zh-CN" dir="ltr" style="padding:18px 32px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="st" valign="top"><h3 class="h3" style="margin:0; font-size:19px; line-height:1.45; font-weight:700"><a class="ink" href="https://tideline.example.org/posts/grid/" style="color:#171d28; text-decoration:none">电网的早高峰</a></h3>
<p class="meta mut" lang="zh-CN" style="color:#5b6472; margin:6px 0 0; font-size:13px; line-height:1.6">6月19日 · 约 1 分钟读完 · <span lang="zh-CN">陈</span></p>
<p class="sum ink" style="color:#171d28; text-decoration:none; margin:8px 0 0; font-size:15px; line-height:1.7">水壶与电网。</p>
</td></tr></table>
<p class="more" style="margin:10px 0 0; font-size:14px; line-height:1.6; font-weight:600"><a class="read" href="https://tideline.example.org/posts/grid/" lang="zh-CN" style="color:#1a56a8; text-decoration:none">阅读全文 →</a></p>
</td></tr>
<tr><td class="end" style="padding:0 0 30px"></td></tr>
</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px"><tr><td class="foot mut" style="color:#5b6472; padding:24px 32px 0; font-size:13px; line-height:1.75">
<!--mail--><p class="f mut" style="color:#5b6472; margin:0 0 10px">您收到这封邮件，是因为 xq7emailxq7 订阅了《潮信周报》。</p><!--/mail-->
<p class="f mut" style="color:#5b6472; margin:0 0 10px"><!--personal--><a class="fl" href="https://xq7unsubxq7.invalid/" style="color:#1a56a8; text-decoration:underline">退订</a> · <!--/personal--><!--mail--><a class="fl" href="https://xq7viewxq7.invalid/" style="color:#1a56a8; text-decoration:underline">在浏览器中查看</a> · <!--/mail--><a class="fl" href="https://news.tideline.example.org/archive/" style="color:#1a56a8; text-decoration:underline">往期</a> · <a class="fl" href="https://news.tideline.example.org/feeds/" style="color:#1a56a8; text-decoration:underline">订阅源</a></p>
<p class="f mut" style="color:#5b6472; margin:0 0 10px">88 Harbour Road, Quanzhou 362000</p>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</div>
<!--page--></div><!--/page-->
</body>
</html>','潮信周报
2025年6月23日星期一 · 2 篇文章 · 约 2 分钟读完

========================================================================
能源与气候
========================================================================

1. 风停的那一天
    6月20日 · 约 1 分钟读完

    没有风。

    阅读：https://tideline.example.org/posts/wind/

2. 电网的早高峰
    6月19日 · 约 1 分钟读完 · 陈

    水壶与电网。

    阅读：https://tideline.example.org/posts/grid/

------------------------------------------------------------------------
您收到这封邮件，是因为 xq7emailxq7 订阅了《潮信周报》。

退订：https://xq7unsubxq7.invalid/
在浏览器中查看：https://xq7viewxq7.invalid/
往期：https://news.tideline.example.org/archive/
订阅源：https://news.tideline.example.org/feeds/

88 Harbour Road, Quanzhou 362000
','["{\"path\":\"posts/wind.md\",\"guid\":\"tag:tideline.example.org,2025-06-20:posts/wind\",\"url\":\"https://tideline.example.org/posts/wind/\",\"title\":\"风停的那一天\",\"summary\":\"没有风。\",\"published\":\"2025-06-20T00:30:00+00:00\",\"topic\":{\"key\":\"energy\",\"title\":\"能源与气候\"},\"topics\":[{\"key\":\"energy\",\"title\":\"能源与气候\"}],\"tags\":[],\"authors\":[],\"image\":null,\"language\":\"zh-CN\",\"featured\":false,\"reading_minutes\":1,\"score\":0.5024124135278425,\"revision\":\"01ef9196ab504ad23ee40bd5\"}", "{\"path\":\"posts/grid.md\",\"guid\":\"tag:tideline.example.org,2025-06-19:posts/grid\",\"url\":\"https://tideline.example.org/posts/grid/\",\"title\":\"电网的早高峰\",\"summary\":\"水壶与电网。\",\"published\":\"2025-06-19T00:30:00+00:00\",\"topic\":{\"key\":\"energy\",\"title\":\"能源与气候\"},\"topics\":[{\"key\":\"energy\",\"title\":\"能源与气候\"}],\"tags\":[],\"authors\":[\"陈\"],\"image\":null,\"language\":\"zh-CN\",\"featured\":false,\"reading_minutes\":1,\"score\":0.39876499687798966,\"revision\":\"5da459b23019e1a1b6583b8a\"}"]');
INSERT INTO "edition" VALUES('weekly-2025-06-23','chips+energy.en.text','["chips", "energy"]','en','text','en','潮信周报：风停的那一天','风停的那一天 · 电网的早高峰','<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<title>潮信周报：风停的那一天</title>

</head>
<body>

<div role="article" aria-roledescription="email" aria-label="潮信周报：风停的那一天" lang="en" dir="ltr" style="max-width:40em;font-family:-apple-system,''Segoe UI'',Roboto,''Helvetica Neue'',''PingFang SC'',''Hiragino Sans GB'',''Microsoft YaHei'',''Noto Sans SC'',''Noto Sans CJK SC'',system-ui,sans-serif;line-height:1.7">
<h1>潮信周报</h1>
<p>Monday, June 23, 2025 · 2 stories · 2 min read</p>

<hr>
<h2>能源与气候</h2>
<div lang="zh-CN" dir="ltr">
<h3>1. <a href="https://tideline.example.org/posts/wind/">风停的那一天</a></h3>
<p lang="en">Jun 20 · 1 min read</p>
<p>没有风。</p>
</div>
<div lang="zh-CN" dir="ltr">
<h3>2. <a href="https://tideline.example.org/posts/grid/">电网的早高峰</a></h3>
<p lang="en">Jun 19 · 1 min read · 陈</p>
<p>水壶与电网。</p>
</div>
<hr>
<p>You get this mail because xq7emailxq7 is subscribed to 潮信周报.</p>
<p><a href="https://xq7unsubxq7.invalid/">Unsubscribe</a> · <a href="https://xq7viewxq7.invalid/">View in browser</a> · <a href="https://news.tideline.example.org/archive/">All issues</a> · <a href="https://news.tideline.example.org/feeds/">Feeds</a></p>
<p>88 Harbour Road, Quanzhou 362000</p>
</div>

</body>
</html>','<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<title>潮信周报：风停的那一天</title>
<!--page-head-->
</head>
<body>
<!--page--><div role="main"><!--/page-->
<div role="article" aria-roledescription="email" aria-label="潮信周报：风停的那一天" lang="en" dir="ltr" style="max-width:40em;font-family:-apple-system,''Segoe UI'',Roboto,''Helvetica Neue'',''PingFang SC'',''Hiragino Sans GB'',''Microsoft YaHei'',''Noto Sans SC'',''Noto Sans CJK SC'',system-ui,sans-serif;line-height:1.7">
<h1>潮信周报</h1>
<p>Monday, June 23, 2025 · 2 stories · 2 min read</p>

<hr>
<h2>能源与气候</h2>
<div lang="zh-CN" dir="ltr">
<h3>1. <a href="https://tideline.example.org/posts/wind/">风停的那一天</a></h3>
<p lang="en">Jun 20 · 1 min read</p>
<p>没有风。</p>
</div>
<div lang="zh-CN" dir="ltr">
<h3>2. <a href="https://tideline.example.org/posts/grid/">电网的早高峰</a></h3>
<p lang="en">Jun 19 · 1 min read · 陈</p>
<p>水壶与电网。</p>
</div>
<hr>
<!--mail--><p>You get this mail because xq7emailxq7 is subscribed to 潮信周报.</p><!--/mail-->
<p><!--personal--><a href="https://xq7unsubxq7.invalid/">Unsubscribe</a> · <!--/personal--><!--mail--><a href="https://xq7viewxq7.invalid/">View in browser</a> · <!--/mail--><a href="https://news.tideline.example.org/archive/">All issues</a> · <a href="https://news.tideline.example.org/feeds/">Feeds</a></p>
<p>88 Harbour Road, Quanzhou 362000</p>
</div>
<!--page--></div><!--/page-->
</body>
</html>','潮信周报
Monday, June 23, 2025 · 2 stories · 2 min read

========================================================================
能源与气候
========================================================================

1. 风停的那一天
    Jun 20 · 1 min read

    没有风。

    Read: https://tideline.example.org/posts/wind/

2. 电网的早高峰
    Jun 19 · 1 min read · 陈

    水壶与电网。

    Read: https://tideline.example.org/posts/grid/

------------------------------------------------------------------------
You get this mail because xq7emailxq7 is subscribed to 潮信周报.

Unsubscribe: https://xq7unsubxq7.invalid/
View in browser: https://xq7viewxq7.invalid/
All issues: https://news.tideline.example.org/archive/
Feeds: https://news.tideline.example.org/feeds/

88 Harbour Road, Quanzhou 362000
','["{\"path\":\"posts/wind.md\",\"guid\":\"tag:tideline.example.org,2025-06-20:posts/wind\",\"url\":\"https://tideline.example.org/posts/wind/\",\"title\":\"风停的那一天\",\"summary\":\"没有风。\",\"published\":\"2025-06-20T00:30:00+00:00\",\"topic\":{\"key\":\"energy\",\"title\":\"能源与气候\"},\"topics\":[{\"key\":\"energy\",\"title\":\"能源与气候\"}],\"tags\":[],\"authors\":[],\"image\":null,\"language\":\"zh-CN\",\"featured\":false,\"reading_minutes\":1,\"score\":0.5024124135278425,\"revision\":\"01ef9196ab504ad23ee40bd5\"}", "{\"path\":\"posts/grid.md\",\"guid\":\"tag:tideline.example.org,2025-06-19:posts/grid\",\"url\":\"https://tideline.example.org/posts/grid/\",\"title\":\"电网的早高峰\",\"summary\":\"水壶与电网。\",\"published\":\"2025-06-19T00:30:00+00:00\",\"topic\":{\"key\":\"energy\",\"title\":\"能源与气候\"},\"topics\":[{\"key\":\"energy\",\"title\":\"能源与气候\"}],\"tags\":[],\"authors\":[\"陈\"],\"image\":null,\"language\":\"zh-CN\",\"featured\":false,\"reading_minutes\":1,\"score\":0.39876499687798966,\"revision\":\"5da459b23019e1a1b6583b8a\"}"]');
CREATE TABLE feed_document (
	path TEXT NOT NULL, 
	source VARCHAR(24) NOT NULL, 
	hash VARCHAR(24) NOT NULL, 
	size BIGINT NOT NULL, 
	media_type VARCHAR(64) NOT NULL, 
	modified BIGINT NOT NULL, 
	CONSTRAINT pk_feed_document PRIMARY KEY (path)
);
INSERT INTO "feed_document" VALUES('feeds/rss.xml','054e9f83ba965c313c201001','760a97da2681bbf892fad121',3372,'application/rss+xml',1751241600000000);
INSERT INTO "feed_document" VALUES('feeds/atom.xml','d96873b66ae0c42550594504','a1aa660cfc0855624a631e31',3734,'application/atom+xml',1751241600000000);
INSERT INTO "feed_document" VALUES('feeds/feed.json','ad239e780b077c0d9db6d841','6ccee5b3d07b0bacf06a87ea',2186,'application/feed+json',1751241600000000);
INSERT INTO "feed_document" VALUES('feeds/topics/chips/rss.xml','6729f62813ba87a7d671b5e1','16db4748d07454d9b996e0d2',2509,'application/rss+xml',1751241600000000);
INSERT INTO "feed_document" VALUES('feeds/topics/chips/atom.xml','a9b1c326f037dbf50f39006b','4cbb4b42ba4cb456823f7f29',2709,'application/atom+xml',1751241600000000);
INSERT INTO "feed_document" VALUES('feeds/topics/chips/feed.json','357f73c9e94619e3085e7cd0','24e70d1cd6b56b0109471b80',1522,'application/feed+json',1751241600000000);
INSERT INTO "feed_document" VALUES('feeds/topics/energy/rss.xml','2d75f32c4d0eb594c092dde4','bec57b4c59fd19f13421ac9e',1645,'application/rss+xml',1750636800000000);
INSERT INTO "feed_document" VALUES('feeds/topics/energy/atom.xml','091974db93c4a4cd25bb8f54','54586b602179dd2021f05e22',1736,'application/atom+xml',1750636800000000);
INSERT INTO "feed_document" VALUES('feeds/topics/energy/feed.json','fc76e08acf4b10b477c967b7','544f93a432700dd2ad1a6202',1029,'application/feed+json',1750636800000000);
INSERT INTO "feed_document" VALUES('feeds/index.opml','9c93e867f0e2ae2d8b32748c','9c93e867f0e2ae2d8b32748c',990,'text/x-opml',1751241600000000);
INSERT INTO "feed_document" VALUES('feeds/index.html','90f19ff4314cf9da20ba1ed9','90f19ff4314cf9da20ba1ed9',5054,'text/html',1751241600000000);
INSERT INTO "feed_document" VALUES('feeds/feeds.css','b70db48d70ac81a26eac2666','b70db48d70ac81a26eac2666',3949,'text/css',1749693600000000);
CREATE TABLE feed_entry (
	path TEXT NOT NULL, 
	format VARCHAR(8) NOT NULL, 
	stamp VARCHAR(24) NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_feed_entry PRIMARY KEY (path, format)
);
INSERT INTO "feed_entry" VALUES('posts/wafer.md','rss','1bc9d03becc7faf0ce373d6d',X'3C6974656D3E3C7469746C653E57616665727320266C743B26616D703B20616C6C2667743B3C2F7469746C653E3C6C696E6B3E68747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F77616665722F3C2F6C696E6B3E3C6465736372697074696F6E3E576879207761666572732061726520726F756E642E3C2F6465736372697074696F6E3E3C636F6E74656E743A656E636F6465643E266C743B702667743B4120776166657220697320266C743B7374726F6E672667743B726F756E64266C743B2F7374726F6E672667743B2E2053656520266C743B6120687265663D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F77616665722F746964652E6D64222072656C3D226E6F6F70656E6572222667743B7469646573266C743B2F612667743B2E266C743B2F702667743B0A3C2F636F6E74656E743A656E636F6465643E3C677569642069735065726D614C696E6B3D2266616C7365223E7461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D31323A706F7374732F77616665723C2F677569643E3C63617465676F727920646F6D61696E3D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746F706963732F223EE7AE97E58A9BE4B88EE88AAFE789873C2F63617465676F72793E3C63617465676F727920646F6D61696E3D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746167732F223E4750553C2F63617465676F72793E3C707562446174653E5468752C203132204A756E20323032352030323A30303A3030202B303030303C2F707562446174653E3C2F6974656D3E');
INSERT INTO "feed_entry" VALUES('posts/wafer.md','atom','1bc9d03becc7faf0ce373d6d',X'3C656E74727920786D6C3A6C616E673D22656E223E3C69643E7461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D31323A706F7374732F77616665723C2F69643E3C6C696E6B2072656C3D22616C7465726E6174652220747970653D22746578742F68746D6C2220687265663D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F77616665722F222F3E3C7469746C653E57616665727320266C743B26616D703B20616C6C2667743B3C2F7469746C653E3C757064617465643E323032352D30362D31325430323A30303A30302B30303A30303C2F757064617465643E3C636F6E74656E7420747970653D2268746D6C223E266C743B702667743B4120776166657220697320266C743B7374726F6E672667743B726F756E64266C743B2F7374726F6E672667743B2E2053656520266C743B6120687265663D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F77616665722F746964652E6D64222072656C3D226E6F6F70656E6572222667743B7469646573266C743B2F612667743B2E266C743B2F702667743B0A3C2F636F6E74656E743E3C73756D6D61727920747970653D2268746D6C223E576879207761666572732061726520726F756E642E3C2F73756D6D6172793E3C63617465676F7279207465726D3D2263686970732220736368656D653D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746F706963732F22206C6162656C3D22E7AE97E58A9BE4B88EE88AAFE78987222F3E3C63617465676F7279207465726D3D224750552220736368656D653D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746167732F22206C6162656C3D22475055222F3E3C7075626C69736865643E323032352D30362D31325430323A30303A30302B30303A30303C2F7075626C69736865643E3C2F656E7472793E');
INSERT INTO "feed_entry" VALUES('posts/wafer.md','json','1bc9d03becc7faf0ce373d6d',X'7B226964223A227461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D31323A706F7374732F7761666572222C2275726C223A2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F77616665722F222C227469746C65223A22576166657273203C2620616C6C3E222C22636F6E74656E745F68746D6C223A223C703E41207761666572206973203C7374726F6E673E726F756E643C2F7374726F6E673E2E20536565203C6120687265663D5C2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F77616665722F746964652E6D645C222072656C3D5C226E6F6F70656E65725C223E74696465733C2F613E2E3C2F703E5C6E222C2273756D6D617279223A22576879207761666572732061726520726F756E642E222C22646174655F7075626C6973686564223A22323032352D30362D31325430323A30303A30305A222C22646174655F6D6F646966696564223A22323032352D30362D31325430323A30303A30305A222C2274616773223A5B22E7AE97E58A9BE4B88EE88AAFE78987222C22475055225D2C226C616E6775616765223A22656E227D');
INSERT INTO "feed_entry" VALUES('posts/tide.md','rss','8e4b207947d9a29c2f0f94df',X'3C6974656D3E3C7469746C653EE6BDAEE6B0B4E586B7E58DB4E69CBAE688BF3C2F7469746C653E3C6C696E6B3E68747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F746964652F3C2F6C696E6B3E3C6465736372697074696F6E3EE4B889E5BAA7E69CBAE688BFE794A8E6BDAEE6B0B4E586B7E58DB4E380823C2F6465736372697074696F6E3E3C636F6E74656E743A656E636F6465643E266C743B702667743BE6B5B7E6B0B4E6AF8FE5A4A9E69DA5E4B8A4E6ACA1E38082266C743B2F702667743B0A266C743B756C2667743B0A266C743B6C692667743BE6B0B4E6B3B5266C743B2F6C692667743B0A266C743B6C692667743BE79B90E99BBE2026616D703B616D703B20E794B5E7BD91266C743B2F6C692667743B0A266C743B2F756C2667743B0A3C2F636F6E74656E743A656E636F6465643E3C677569642069735065726D614C696E6B3D2266616C7365223E7461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D31313A706F7374732F746964653C2F677569643E3C63617465676F727920646F6D61696E3D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746F706963732F223EE7AE97E58A9BE4B88EE88AAFE789873C2F63617465676F72793E3C63617465676F727920646F6D61696E3D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746167732F223EE6BDAEE6B190E883BD3C2F63617465676F72793E3C63617465676F727920646F6D61696E3D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746167732F223E4750553C2F63617465676F72793E3C707562446174653E5765642C203131204A756E20323032352030313A30303A3030202B303030303C2F707562446174653E3C2F6974656D3E');
INSERT INTO "feed_entry" VALUES('posts/tide.md','atom','8e4b207947d9a29c2f0f94df',X'3C656E74727920786D6C3A6C616E673D227A682D434E223E3C69643E7461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D31313A706F7374732F746964653C2F69643E3C6C696E6B2072656C3D22616C7465726E6174652220747970653D22746578742F68746D6C2220687265663D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F746964652F222F3E3C7469746C653EE6BDAEE6B0B4E586B7E58DB4E69CBAE688BF3C2F7469746C653E3C757064617465643E323032352D30362D31315430313A30303A30302B30303A30303C2F757064617465643E3C636F6E74656E7420747970653D2268746D6C223E266C743B702667743BE6B5B7E6B0B4E6AF8FE5A4A9E69DA5E4B8A4E6ACA1E38082266C743B2F702667743B0A266C743B756C2667743B0A266C743B6C692667743BE6B0B4E6B3B5266C743B2F6C692667743B0A266C743B6C692667743BE79B90E99BBE2026616D703B616D703B20E794B5E7BD91266C743B2F6C692667743B0A266C743B2F756C2667743B0A3C2F636F6E74656E743E3C73756D6D61727920747970653D2268746D6C223EE4B889E5BAA7E69CBAE688BFE794A8E6BDAEE6B0B4E586B7E58DB4E380823C2F73756D6D6172793E3C63617465676F7279207465726D3D2263686970732220736368656D653D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746F706963732F22206C6162656C3D22E7AE97E58A9BE4B88EE88AAFE78987222F3E3C63617465676F7279207465726D3D22E6BDAEE6B190E883BD2220736368656D653D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746167732F22206C6162656C3D22E6BDAEE6B190E883BD222F3E3C63617465676F7279207465726D3D224750552220736368656D653D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746167732F22206C6162656C3D22475055222F3E3C7075626C69736865643E323032352D30362D31315430313A30303A30302B30303A30303C2F7075626C69736865643E3C2F656E7472793E');
INSERT INTO "feed_entry" VALUES('posts/tide.md','json','8e4b207947d9a29c2f0f94df',X'7B226964223A227461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D31313A706F7374732F74696465222C2275726C223A2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F746964652F222C227469746C65223A22E6BDAEE6B0B4E586B7E58DB4E69CBAE688BF222C22636F6E74656E745F68746D6C223A223C703EE6B5B7E6B0B4E6AF8FE5A4A9E69DA5E4B8A4E6ACA1E380823C2F703E5C6E3C756C3E5C6E3C6C693EE6B0B4E6B3B53C2F6C693E5C6E3C6C693EE79B90E99BBE2026616D703B20E794B5E7BD913C2F6C693E5C6E3C2F756C3E5C6E222C2273756D6D617279223A22E4B889E5BAA7E69CBAE688BFE794A8E6BDAEE6B0B4E586B7E58DB4E38082222C22646174655F7075626C6973686564223A22323032352D30362D31315430313A30303A30305A222C22646174655F6D6F646966696564223A22323032352D30362D31315430313A30303A30305A222C2274616773223A5B22E7AE97E58A9BE4B88EE88AAFE78987222C22E6BDAEE6B190E883BD222C22475055225D2C226C616E6775616765223A227A682D434E227D');
INSERT INTO "feed_entry" VALUES('posts/wind.md','rss','6b7096525ed8fc72c8c10619',X'3C6974656D3E3C7469746C653EE9A38EE5819CE79A84E982A3E4B880E5A4A93C2F7469746C653E3C6C696E6B3E68747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F77696E642F3C2F6C696E6B3E3C6465736372697074696F6E3EE6B2A1E69C89E9A38EE380823C2F6465736372697074696F6E3E3C636F6E74656E743A656E636F6465643E266C743B702667743BE982A3E5A4A9E6B2A1E69C89E9A38EE38082266C743B2F702667743B0A3C2F636F6E74656E743A656E636F6465643E3C677569642069735065726D614C696E6B3D2266616C7365223E7461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D32303A706F7374732F77696E643C2F677569643E3C63617465676F727920646F6D61696E3D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746F706963732F223EE883BDE6BA90E4B88EE6B094E580993C2F63617465676F72793E3C707562446174653E4672692C203230204A756E20323032352030303A33303A3030202B303030303C2F707562446174653E3C2F6974656D3E');
INSERT INTO "feed_entry" VALUES('posts/wind.md','atom','6b7096525ed8fc72c8c10619',X'3C656E74727920786D6C3A6C616E673D227A682D434E223E3C69643E7461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D32303A706F7374732F77696E643C2F69643E3C6C696E6B2072656C3D22616C7465726E6174652220747970653D22746578742F68746D6C2220687265663D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F77696E642F222F3E3C7469746C653EE9A38EE5819CE79A84E982A3E4B880E5A4A93C2F7469746C653E3C757064617465643E323032352D30362D32305430303A33303A30302B30303A30303C2F757064617465643E3C636F6E74656E7420747970653D2268746D6C223E266C743B702667743BE982A3E5A4A9E6B2A1E69C89E9A38EE38082266C743B2F702667743B0A3C2F636F6E74656E743E3C73756D6D61727920747970653D2268746D6C223EE6B2A1E69C89E9A38EE380823C2F73756D6D6172793E3C63617465676F7279207465726D3D22656E657267792220736368656D653D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746F706963732F22206C6162656C3D22E883BDE6BA90E4B88EE6B094E58099222F3E3C7075626C69736865643E323032352D30362D32305430303A33303A30302B30303A30303C2F7075626C69736865643E3C2F656E7472793E');
INSERT INTO "feed_entry" VALUES('posts/wind.md','json','6b7096525ed8fc72c8c10619',X'7B226964223A227461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D32303A706F7374732F77696E64222C2275726C223A2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F77696E642F222C227469746C65223A22E9A38EE5819CE79A84E982A3E4B880E5A4A9222C22636F6E74656E745F68746D6C223A223C703EE982A3E5A4A9E6B2A1E69C89E9A38EE380823C2F703E5C6E222C2273756D6D617279223A22E6B2A1E69C89E9A38EE38082222C22646174655F7075626C6973686564223A22323032352D30362D32305430303A33303A30305A222C22646174655F6D6F646966696564223A22323032352D30362D32305430303A33303A30305A222C2274616773223A5B22E883BDE6BA90E4B88EE6B094E58099225D2C226C616E6775616765223A227A682D434E227D');
INSERT INTO "feed_entry" VALUES('posts/grid.md','rss','538fc7571f268e2ecff5b734',X'3C6974656D3E3C7469746C653EE794B5E7BD91E79A84E697A9E9AB98E5B3B03C2F7469746C653E3C6C696E6B3E68747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F677269642F3C2F6C696E6B3E3C6465736372697074696F6E3EE6B0B4E5A3B6E4B88EE794B5E7BD91E380823C2F6465736372697074696F6E3E3C636F6E74656E743A656E636F6465643E266C743B702667743BE697A9E4B88AE585ABE782B9EFBC8CE68980E69C89E79A84E6B0B4E5A3B6E4B880E8B5B7E5938DE38082266C743B2F702667743B0A3C2F636F6E74656E743A656E636F6465643E3C677569642069735065726D614C696E6B3D2266616C7365223E7461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D31393A706F7374732F677269643C2F677569643E3C63617465676F727920646F6D61696E3D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746F706963732F223EE883BDE6BA90E4B88EE6B094E580993C2F63617465676F72793E3C707562446174653E5468752C203139204A756E20323032352030303A33303A3030202B303030303C2F707562446174653E3C64633A63726561746F723EE999883C2F64633A63726561746F723E3C2F6974656D3E');
INSERT INTO "feed_entry" VALUES('posts/grid.md','atom','538fc7571f268e2ecff5b734',X'3C656E74727920786D6C3A6C616E673D227A682D434E223E3C69643E7461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D31393A706F7374732F677269643C2F69643E3C6C696E6B2072656C3D22616C7465726E6174652220747970653D22746578742F68746D6C2220687265663D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F677269642F222F3E3C7469746C653EE794B5E7BD91E79A84E697A9E9AB98E5B3B03C2F7469746C653E3C757064617465643E323032352D30362D31395430303A33303A30302B30303A30303C2F757064617465643E3C617574686F723E3C6E616D653EE999883C2F6E616D653E3C2F617574686F723E3C636F6E74656E7420747970653D2268746D6C223E266C743B702667743BE697A9E4B88AE585ABE782B9EFBC8CE68980E69C89E79A84E6B0B4E5A3B6E4B880E8B5B7E5938DE38082266C743B2F702667743B0A3C2F636F6E74656E743E3C73756D6D61727920747970653D2268746D6C223EE6B0B4E5A3B6E4B88EE794B5E7BD91E380823C2F73756D6D6172793E3C63617465676F7279207465726D3D22656E657267792220736368656D653D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746F706963732F22206C6162656C3D22E883BDE6BA90E4B88EE6B094E58099222F3E3C7075626C69736865643E323032352D30362D31395430303A33303A30302B30303A30303C2F7075626C69736865643E3C2F656E7472793E');
INSERT INTO "feed_entry" VALUES('posts/grid.md','json','538fc7571f268e2ecff5b734',X'7B226964223A227461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D31393A706F7374732F67726964222C2275726C223A2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F677269642F222C227469746C65223A22E794B5E7BD91E79A84E697A9E9AB98E5B3B0222C22636F6E74656E745F68746D6C223A223C703EE697A9E4B88AE585ABE782B9EFBC8CE68980E69C89E79A84E6B0B4E5A3B6E4B880E8B5B7E5938DE380823C2F703E5C6E222C2273756D6D617279223A22E6B0B4E5A3B6E4B88EE794B5E7BD91E38082222C22646174655F7075626C6973686564223A22323032352D30362D31395430303A33303A30305A222C22646174655F6D6F646966696564223A22323032352D30362D31395430303A33303A30305A222C22617574686F7273223A5B7B226E616D65223A22E99988227D5D2C2274616773223A5B22E883BDE6BA90E4B88EE6B094E58099225D2C226C616E6775616765223A227A682D434E227D');
INSERT INTO "feed_entry" VALUES('posts/chips2.md','rss','139e85e9805f356d1374857f',X'3C6974656D3E3C7469746C653EE88AAFE78987E79A84E7ACACE4BA8CE6ACA1E6BDAE3C2F7469746C653E3C6C696E6B3E68747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F6368697073322F3C2F6C696E6B3E3C6465736372697074696F6E3EE58F88E6B6A8E4BA86E380823C2F6465736372697074696F6E3E3C636F6E74656E743A656E636F6465643E266C743B702667743BE58F88E6B6A8E4BA86E38082266C743B2F702667743B0A3C2F636F6E74656E743A656E636F6465643E3C677569642069735065726D614C696E6B3D2266616C7365223E7461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D32363A706F7374732F6368697073323C2F677569643E3C63617465676F727920646F6D61696E3D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746F706963732F223EE7AE97E58A9BE4B88EE88AAFE789873C2F63617465676F72793E3C707562446174653E5468752C203236204A756E20323032352030303A33303A3030202B303030303C2F707562446174653E3C2F6974656D3E');
INSERT INTO "feed_entry" VALUES('posts/chips2.md','atom','139e85e9805f356d1374857f',X'3C656E74727920786D6C3A6C616E673D227A682D434E223E3C69643E7461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D32363A706F7374732F6368697073323C2F69643E3C6C696E6B2072656C3D22616C7465726E6174652220747970653D22746578742F68746D6C2220687265663D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F6368697073322F222F3E3C7469746C653EE88AAFE78987E79A84E7ACACE4BA8CE6ACA1E6BDAE3C2F7469746C653E3C757064617465643E323032352D30362D32365430303A33303A30302B30303A30303C2F757064617465643E3C636F6E74656E7420747970653D2268746D6C223E266C743B702667743BE58F88E6B6A8E4BA86E38082266C743B2F702667743B0A3C2F636F6E74656E743E3C73756D6D61727920747970653D2268746D6C223EE58F88E6B6A8E4BA86E380823C2F73756D6D6172793E3C63617465676F7279207465726D3D2263686970732220736368656D653D2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F66656564732F746F706963732F22206C6162656C3D22E7AE97E58A9BE4B88EE88AAFE78987222F3E3C7075626C69736865643E323032352D30362D32365430303A33303A30302B30303A30303C2F7075626C69736865643E3C2F656E7472793E');
INSERT INTO "feed_entry" VALUES('posts/chips2.md','json','139e85e9805f356d1374857f',X'7B226964223A227461673A746964656C696E652E6578616D706C652E6F72672C323032352D30362D32363A706F7374732F636869707332222C2275726C223A2268747470733A2F2F746964656C696E652E6578616D706C652E6F72672F706F7374732F6368697073322F222C227469746C65223A22E88AAFE78987E79A84E7ACACE4BA8CE6ACA1E6BDAE222C22636F6E74656E745F68746D6C223A223C703EE58F88E6B6A8E4BA86E380823C2F703E5C6E222C2273756D6D617279223A22E58F88E6B6A8E4BA86E38082222C22646174655F7075626C6973686564223A22323032352D30362D32365430303A33303A30305A222C22646174655F6D6F646966696564223A22323032352D30362D32365430303A33303A30305A222C2274616773223A5B22E7AE97E58A9BE4B88EE88AAFE78987225D2C226C616E6775616765223A227A682D434E227D');
CREATE TABLE issue (
	id TEXT NOT NULL, 
	serial INTEGER NOT NULL, 
	newsletter TEXT NOT NULL, 
	schedule TEXT NOT NULL, 
	slot BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	preheader TEXT NOT NULL, 
	own_subject BOOLEAN NOT NULL, 
	own_preheader BOOLEAN NOT NULL, 
	intro TEXT NOT NULL, 
	left_out TEXT NOT NULL, 
	pinned TEXT NOT NULL, 
	excluded TEXT NOT NULL, 
	approved_hash TEXT NOT NULL, 
	approvers TEXT NOT NULL, 
	note TEXT NOT NULL, 
	created BIGINT NOT NULL, 
	sent BIGINT, 
	closed BIGINT, 
	CONSTRAINT pk_issue PRIMARY KEY (id), 
	CONSTRAINT uq_issue_serial UNIQUE (serial)
);
INSERT INTO "issue" VALUES('weekly-2025-06-16',1,'weekly','weekly',1750032000000000,'stopped',2,1,'潮信周报：Wafers <& all>','Wafers <& all> · 潮水冷却机房',0,0,'各位好，

这是**第一**期。','[]','[]','[]','9d900ca502abbd78','["陈 & Ann"]','',1750032000032206,1750032000345618,1750033800024216);
INSERT INTO "issue" VALUES('weekly-2025-06-23',2,'weekly','weekly',1750636800000000,'sent',1,2,'潮信周报：风停的那一天','风停的那一天 · 电网的早高峰',0,0,'','[{"path":"posts/tide.md","title":"潮水冷却机房","reason":"already-sent","detail":""},{"path":"posts/wafer.md","title":"Wafers <& all>","reason":"already-sent","detail":""}]','[]','[]','e724c311e535b91e','["陈"]','',1750636800111139,1750636800147414,1750636802354509);
INSERT INTO "issue" VALUES('weekly-2025-06-30',3,'weekly','weekly',1751241600000000,'held',2,3,'第三期：草稿','芯片的第二次潮',1,0,'','[{"path":"posts/grid.md","title":"电网的早高峰","reason":"already-sent","detail":""},{"path":"posts/tide.md","title":"潮水冷却机房","reason":"already-sent","detail":""},{"path":"posts/wafer.md","title":"Wafers <& all>","reason":"already-sent","detail":""},{"path":"posts/wind.md","title":"风停的那一天","reason":"already-sent","detail":""}]','[]','[]','','[]','its hour has come and nobody approved it',1751241600160523,NULL,NULL);
CREATE TABLE issue_event (
	id INTEGER NOT NULL, 
	issue TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	what TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	CONSTRAINT pk_issue_event PRIMARY KEY (id), 
	CONSTRAINT fk_issue_event_issue FOREIGN KEY(issue) REFERENCES issue (id) ON DELETE CASCADE
);
INSERT INTO "issue_event" VALUES(1,'weekly-2025-06-16',1750032000032206,'issue.drafted','command line','2 stories');
INSERT INTO "issue_event" VALUES(2,'weekly-2025-06-16',1750032000100197,'issue.edited','command line','revision 2');
INSERT INTO "issue_event" VALUES(3,'weekly-2025-06-16',1750032000039919,'issue.approved','陈 & Ann','9d900ca502abbd78');
INSERT INTO "issue_event" VALUES(4,'weekly-2025-06-16',1750032000063968,'issue.queued','','');
INSERT INTO "issue_event" VALUES(5,'weekly-2025-06-16',1750032000345618,'issue.sending','','9 deliveries');
INSERT INTO "issue_event" VALUES(6,'weekly-2025-06-16',1750033800024216,'issue.stopped','','');
INSERT INTO "issue_event" VALUES(7,'weekly-2025-06-23',1750636800111139,'issue.drafted','command line','2 stories');
INSERT INTO "issue_event" VALUES(8,'weekly-2025-06-23',1750636800055868,'issue.approved','陈','e724c311e535b91e');
INSERT INTO "issue_event" VALUES(9,'weekly-2025-06-23',1750636800069302,'issue.queued','','');
INSERT INTO "issue_event" VALUES(10,'weekly-2025-06-23',1750636800147414,'issue.sending','','7 deliveries');
INSERT INTO "issue_event" VALUES(11,'weekly-2025-06-23',1750636802354509,'issue.sent','','5 of 7');
INSERT INTO "issue_event" VALUES(12,'weekly-2025-06-30',1751241600160523,'issue.drafted','command line','1 stories');
INSERT INTO "issue_event" VALUES(13,'weekly-2025-06-30',1751241600175964,'issue.edited','command line','revision 2');
INSERT INTO "issue_event" VALUES(14,'weekly-2025-06-30',1751241600798699,'issue.held','schedule','its hour has come and nobody approved it');
CREATE TABLE issue_story (
	issue TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	guid TEXT NOT NULL, 
	path TEXT NOT NULL, 
	title TEXT NOT NULL, 
	frozen TEXT NOT NULL, 
	CONSTRAINT pk_issue_story PRIMARY KEY (issue, position), 
	CONSTRAINT fk_issue_story_issue FOREIGN KEY(issue) REFERENCES issue (id) ON DELETE CASCADE
);
INSERT INTO "issue_story" VALUES('weekly-2025-06-16',0,'tag:tideline.example.org,2025-06-12:posts/wafer','posts/wafer.md','Wafers <& all>','{"path":"posts/wafer.md","guid":"tag:tideline.example.org,2025-06-12:posts/wafer","url":"https://tideline.example.org/posts/wafer/","title":"Wafers <& all>","summary":"Why wafers are round.","published":"2025-06-12T02:00:00+00:00","topic":{"key":"chips","title":"算力与芯片"},"topics":[{"key":"chips","title":"算力与芯片"}],"tags":["GPU"],"authors":[],"image":null,"language":"en","featured":false,"reading_minutes":1,"score":0.4045652527149559,"revision":"999279aba44f212813019a54"}');
INSERT INTO "issue_story" VALUES('weekly-2025-06-16',1,'tag:tideline.example.org,2025-06-11:posts/tide','posts/tide.md','潮水冷却机房','{"path":"posts/tide.md","guid":"tag:tideline.example.org,2025-06-11:posts/tide","url":"https://tideline.example.org/posts/tide/","title":"潮水冷却机房","summary":"三座机房用潮水冷却。","published":"2025-06-11T01:00:00+00:00","topic":{"key":"chips","title":"算力与芯片"},"topics":[{"key":"chips","title":"算力与芯片"}],"tags":["潮汐能","GPU"],"authors":[],"image":null,"language":"zh-CN","featured":false,"reading_minutes":1,"score":0.31802720711911353,"revision":"4337f01db141d721470e6638"}');
INSERT INTO "issue_story" VALUES('weekly-2025-06-23',0,'tag:tideline.example.org,2025-06-20:posts/wind','posts/wind.md','风停的那一天','{"path":"posts/wind.md","guid":"tag:tideline.example.org,2025-06-20:posts/wind","url":"https://tideline.example.org/posts/wind/","title":"风停的那一天","summary":"没有风。","published":"2025-06-20T00:30:00+00:00","topic":{"key":"energy","title":"能源与气候"},"topics":[{"key":"energy","title":"能源与气候"}],"tags":[],"authors":[],"image":null,"language":"zh-CN","featured":false,"reading_minutes":1,"score":0.5024124135278425,"revision":"01ef9196ab504ad23ee40bd5"}');
INSERT INTO "issue_story" VALUES('weekly-2025-06-23',1,'tag:tideline.example.org,2025-06-19:posts/grid','posts/grid.md','电网的早高峰','{"path":"posts/grid.md","guid":"tag:tideline.example.org,2025-06-19:posts/grid","url":"https://tideline.example.org/posts/grid/","title":"电网的早高峰","summary":"水壶与电网。","published":"2025-06-19T00:30:00+00:00","topic":{"key":"energy","title":"能源与气候"},"topics":[{"key":"energy","title":"能源与气候"}],"tags":[],"authors":["陈"],"image":null,"language":"zh-CN","featured":false,"reading_minutes":1,"score":0.39876499687798966,"revision":"5da459b23019e1a1b6583b8a"}');
INSERT INTO "issue_story" VALUES('weekly-2025-06-30',0,'tag:tideline.example.org,2025-06-26:posts/chips2','posts/chips2.md','芯片的第二次潮','{"path":"posts/chips2.md","guid":"tag:tideline.example.org,2025-06-26:posts/chips2","url":"https://tideline.example.org/posts/chips2/","title":"芯片的第二次潮","summary":"又涨了。","published":"2025-06-26T00:30:00+00:00","topic":{"key":"chips","title":"算力与芯片"},"topics":[{"key":"chips","title":"算力与芯片"}],"tags":[],"authors":[],"image":null,"language":"zh-CN","featured":false,"reading_minutes":1,"score":0.39876494421642866,"revision":"c59eb191a8ebc181df1b4320"}');
CREATE TABLE slot (
	newsletter TEXT NOT NULL, 
	schedule TEXT NOT NULL, 
	wall TEXT NOT NULL, 
	due_at BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	issue TEXT, 
	note TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_slot PRIMARY KEY (newsletter, schedule, wall)
);
INSERT INTO "slot" VALUES('weekly','weekly','2025-06-16T08:00',1750032000000000,'due','weekly-2025-06-16','','command line',1750032000032206);
INSERT INTO "slot" VALUES('weekly','weekly','2025-06-23T08:00',1750636800000000,'due','weekly-2025-06-23','','command line',1750636800111139);
INSERT INTO "slot" VALUES('weekly','weekly','2025-06-30T08:00',1751241600000000,'due','weekly-2025-06-30','','command line',1751241600160523);
CREATE TABLE subscriber (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	address TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	name TEXT NOT NULL, 
	status TEXT NOT NULL, 
	topics TEXT NOT NULL, 
	newsletter TEXT NOT NULL, 
	schedule TEXT NOT NULL, 
	language TEXT NOT NULL, 
	timezone TEXT NOT NULL, 
	format TEXT NOT NULL, 
	former TEXT NOT NULL, 
	created BIGINT NOT NULL, 
	changed BIGINT NOT NULL, 
	consent_at BIGINT, 
	consent_ip TEXT NOT NULL, 
	consent_text TEXT NOT NULL, 
	epoch INTEGER NOT NULL, 
	CONSTRAINT uq_subscriber_key UNIQUE ("key")
);
INSERT INTO "subscriber" VALUES(1,'Wen.Qiao@example.org','wen.qiao@example.org','乔雯','active','','weekly','','zh-CN','','html','',1749776400007656,1749776400007656,1736644445000000,'203.0.113.14','我同意每周收到电子邮件。',0);
INSERT INTO "subscriber" VALUES(2,'hanna@example.org','hanna@example.org','=Hanna, "H"','active','chips','weekly','','en','Europe/Berlin','html','',1749776400007656,1750219200055745,1737392747000000,'198.51.100.61','I agree',1);
INSERT INTO "subscriber" VALUES(3,'plain@example.net','plain@example.net','Plain','active','chips','','','en','','text','',1749776400007656,1749776400007656,1738540700000000,'203.0.113.77','I agree',0);
INSERT INTO "subscriber" VALUES(4,'refused@example.com','refused@example.com','','active','','','','zh-CN','','html','',1749776400007656,1749776400007656,1738627100000000,'203.0.113.78','I agree',0);
INSERT INTO "subscriber" VALUES(5,'later@example.com','later@example.com','','active','','','','zh-CN','','html','',1749776400007656,1749776400007656,1738713500000000,'203.0.113.79','I agree',0);
INSERT INTO "subscriber" VALUES(6,'lost@example.com','lost@example.com','','active','','','','zh-CN','','html','',1749776400007656,1749776400007656,1738799900000000,'203.0.113.80','I agree',0);
INSERT INTO "subscriber" VALUES(7,'leaver@example.com','leaver@example.com','Leaver','unsubscribed','energy','','','zh-CN','','html','',1749776400007656,1750132800033414,1738886300000000,'203.0.113.81','I agree',0);
INSERT INTO "subscriber" VALUES(8,'Back@example.com','back@example.com','','pending','energy','','','','','html','unsubscribed',1749776400007656,1750219200022714,NULL,'203.0.113.99','Again, please',0);
INSERT INTO "subscriber" VALUES(9,'paused@example.com','paused@example.com','','paused','','','','','','html','',1749776400007656,1749776400007656,1738972700000000,'','I agree',0);
INSERT INTO "subscriber" VALUES(10,'bounced@example.com','bounced@example.com','','bounced','','','','','','html','',1749776400007656,1749776400007656,NULL,'','',0);
INSERT INTO "subscriber" VALUES(11,'complained@example.com','complained@example.com','','complained','','','','','','html','',1749776400007656,1749776400007656,NULL,'','',0);
INSERT INTO "subscriber" VALUES(12,'gone@example.com','gone@example.com','','unsubscribed','','','','','','html','',1749776400007656,1749776400007656,NULL,'','',0);
INSERT INTO "subscriber" VALUES(13,'monthly@example.com','monthly@example.com','Monthly','active','','weekly','monthly','zh-CN','','html','',1749776400007656,1749776400007656,1739059100000000,'','I agree',0);
INSERT INTO "subscriber" VALUES(16,'bücher@xn--bcher-kva.example','bücher@xn--bcher-kva.example','Bücher','pending','','','','','','html','',1749776400007656,1749776400007656,NULL,'','',0);
INSERT INTO "subscriber" VALUES(17,'asked@example.org','asked@example.org','Asked','pending','energy','','','','','html','',1749776400432863,1749776400432863,NULL,'','',0);
INSERT INTO "subscriber" VALUES(18,'confirmed@example.org','confirmed@example.org','Confirmed','active','chips;energy','','','en','','text','',1749776400400641,1749862800022699,1749862800022699,'','',0);
CREATE TABLE subscriber_topic (
	subscriber INTEGER NOT NULL, 
	topic TEXT NOT NULL, 
	CONSTRAINT pk_subscriber_topic PRIMARY KEY (subscriber, topic), 
	CONSTRAINT fk_subscriber_topic_subscriber FOREIGN KEY(subscriber) REFERENCES subscriber (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "subscriber_topic" VALUES(2,'chips');
INSERT INTO "subscriber_topic" VALUES(3,'chips');
INSERT INTO "subscriber_topic" VALUES(18,'chips');
INSERT INTO "subscriber_topic" VALUES(7,'energy');
INSERT INTO "subscriber_topic" VALUES(8,'energy');
INSERT INTO "subscriber_topic" VALUES(17,'energy');
INSERT INTO "subscriber_topic" VALUES(18,'energy');
CREATE TABLE suppression (
	hash TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_suppression PRIMARY KEY (hash)
)
 WITHOUT ROWID

;
INSERT INTO "suppression" VALUES('8e4d29e870b05c5118fa5a916049b658','complained',1749866400016943);
INSERT INTO "suppression" VALUES('d342b980bac2c515cdc1afc6841eff65','erased',1749866400020486);
CREATE INDEX ix_content_article_guid ON content_article (guid);
CREATE INDEX ix_content_article_published ON content_article (published);
CREATE INDEX ix_content_article_url ON content_article (url);
CREATE INDEX ix_content_label ON content_label (kind, "key");
CREATE INDEX ix_issue_stream ON issue (newsletter, schedule, state);
CREATE INDEX ix_issue_event_issue ON issue_event (issue);
CREATE INDEX ix_issue_story_path ON issue_story (path);
CREATE INDEX ix_consent_event_subscriber ON consent_event (subscriber);
CREATE INDEX ix_subscriber_topic_topic_subscriber ON subscriber_topic (topic, subscriber);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('subscriber',18);
COMMIT;
